using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>
/// Reads a BPE <c>tokenizer.json</c>. An entry that isn't supported and would change ids or text is refused by name. Truncation and padding
/// are ignored, because transformers ignores them, too: there the caller asks for them.
/// </summary>
internal static class TokenizerJsonParser
{
    /// <summary>Reads the file's content.</summary>
    /// <exception cref="DataFormatException">The file is broken, or asks for something that isn't supported.</exception>
    public static TokenizerDefinition Parse(JsonField root, TokenizerConfig config, Func<JsonObject> source)
    {
        if (root.Optional("version")?.Text() is string version && version != "1.0")
        {
            throw root.Refuse($"version '{version}'; expected '1.0'");
        }

        JsonField model = root.Required("model");
        CheckModel(model);
        Dictionary<string, int> vocabulary = ReadVocabulary(model.Required("vocab"));
        (List<AddedToken> added, List<string> appended) = ReadAddedTokens(root, config, vocabulary);
        (IReadOnlyList<PreTokenizationStep> steps, bool byteLevel, bool prefixSpace) = PreTokenizerParser.Parse(
            root.Optional("pre_tokenizer")
        );
        string eos =
            config.Eos ?? throw root.Broken($"no eos_token in {TokenizerFiles.ConfigName} or {TokenizerFiles.SpecialTokensName} beside it");
        string? first = TemplateStart(root);
        TokenizerDefinition definition = new()
        {
            Vocabulary = vocabulary,
            Merges = ReadMerges(model.Required("merges"), vocabulary),
            IsByteLevel = byteLevel,
            AddsPrefixSpace = prefixSpace,
            ByteFallback = model.Bool("byte_fallback", false),
            UnknownToken = ReadUnknown(model, vocabulary),
            FusesUnknown = model.Bool("fuse_unk", false),
            IgnoresMerges = model.Bool("ignore_merges", false),
            AddedTokens = added,
            Normalizers = NormalizerParser.Parse(root.Optional("normalizer")),
            Steps = steps,
            Decoders = [.. DecoderParser.Parse(root.Optional("decoder")), .. config.CleansUpSpaces ? SpaceCleanup.Steps : []],
            Bos = config.Bos ?? eos,
            HasBosToken = config.Bos is not null,
            Eos = eos,
            Pad = config.Pad ?? eos,
            HasPadToken = config.Pad is not null,
            AdditionalTokens = config.AdditionalTokens,
            AddsBos = config.AddsBos ?? (first is not null && first == config.Bos),
            AddsEos = config.AddsEos ?? false,
            AppendedMarkers = appended,
            Source = source,
            Config = config.Content,
        };
        foreach (string name in (string[])[definition.Bos, definition.Eos, definition.Pad])
        {
            if (!vocabulary.ContainsKey(name) && !added.Exists(token => token.Content == name))
            {
                throw root.Broken($"the special token '{name}' is not in the vocabulary");
            }
        }

        if (
            definition.Normalizers.Any(normalizer => normalizer is PrependNormalizer)
            && definition.Steps.SkipWhile(step => step is not SplitStep).Any(step => step is MetaspaceStep { Scheme: PrependScheme.First })
        )
        {
            throw root.Refuse("Metaspace with prepend_scheme 'first' behind a split of text that the normalizer prepends to");
        }

        CheckForms(root, definition);
        return definition;
    }

    private static void CheckModel(JsonField model)
    {
        string type = model.Optional("type")?.Text() ?? "BPE";
        if (type != "BPE")
        {
            throw model.Refuse($"model type '{type}'; expected 'BPE'");
        }

        foreach (string name in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!model.IsUnset(name))
            {
                throw model.Refuse($"model.{name}");
            }
        }
    }

    private static Dictionary<string, int> ReadVocabulary(JsonField vocab)
    {
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        Dictionary<int, string> tokens = [];
        foreach ((string token, JsonField value) in vocab.Properties())
        {
            int id = value.Int(TokenizerFiles.LargestId);
            vocabulary.Add(token, id);
            if (!tokens.TryAdd(id, token))
            {
                throw value.Broken($"the tokens '{tokens[id]}' and '{token}' have the same id {id}");
            }
        }

        return vocabulary.Count > 0 ? vocabulary : throw vocab.Broken("the vocabulary is empty");
    }

    private static List<(string Left, string Right)> ReadMerges(JsonField field, Dictionary<string, int> vocabulary)
    {
        List<(string Left, string Right)> merges = [];
        foreach (JsonField merge in field.Items())
        {
            string[] parts = merge.IsArray ? [.. merge.Items().Select(part => part.Text())] : merge.Text().Split(' ');
            if (parts is not [{ Length: > 0 } left, { Length: > 0 } right])
            {
                throw merge.Broken($"'{string.Join(' ', parts)}' is no merge; expected two tokens");
            }

            foreach (string token in (string[])[left, right, left + right])
            {
                if (!vocabulary.ContainsKey(token))
                {
                    throw merge.Broken($"the merge of '{left}' and '{right}' needs the token '{token}', which the vocabulary lacks");
                }
            }

            if (TokenizerDefinition.IsMarker(left + right))
            {
                throw merge.Refuse($"a merge that makes the marker '{left + right}' of ordinary text");
            }

            merges.Add((left, right));
        }

        return merges;
    }

    private static string? ReadUnknown(JsonField model, Dictionary<string, int> vocabulary)
    {
        string? unknown = model.Optional("unk_token")?.Text();
        return unknown is null || vocabulary.ContainsKey(unknown)
            ? unknown
            : throw model.Broken($"the unknown token '{unknown}' is not in the vocabulary");
    }

    /// <summary>
    /// Reads the added tokens of the file, then the further ones of the config, then adds the markers that are missing in both.
    /// </summary>
    private static (List<AddedToken> Added, List<string> Appended) ReadAddedTokens(
        JsonField root,
        TokenizerConfig config,
        Dictionary<string, int> vocabulary
    )
    {
        List<AddedToken> added = [];
        HashSet<string> contents = new(StringComparer.Ordinal);
        HashSet<int> taken = [.. vocabulary.Values];
        int next = vocabulary.Count;
        foreach (JsonField token in root.Optional("added_tokens")?.Items() ?? [])
        {
            Add(TokenizerConfig.ReadToken(token.Required("id").Int(TokenizerFiles.LargestId), token));
        }

        // transformers adds the tokens that only the config declares.
        HashSet<int> ids = [.. added.Select(token => token.Id)];
        foreach (AddedToken token in config.AddedTokens.Where(token => !ids.Contains(token.Id)))
        {
            Add(token);
        }

        List<string> appended = [];
        foreach (string marker in Markers.All.Where(marker => !contents.Contains(marker)))
        {
            bool known = vocabulary.TryGetValue(marker, out int id);
            Add(new AddedToken(known ? id : next, marker, IsSpecial: true, IsNormalized: false));
            if (!known)
            {
                appended.Add(marker);
            }
        }

        return (added, appended);

        void Add(AddedToken token)
        {
            // Hugging Face's library ignores the ids that the file gives for added tokens. It takes the vocabulary's id, and numbers tokens
            // that aren't in the vocabulary from the vocabulary's size on. So a file with other ids is refused.
            bool known = vocabulary.TryGetValue(token.Content, out int expected);
            expected = known ? expected : next++;
            if (!contents.Add(token.Content))
            {
                throw root.Broken($"the added token '{token.Content}' is there twice");
            }

            if (token.Id != expected || (!known && !taken.Add(expected)))
            {
                throw root.Broken(
                    $"the added token '{token.Content}' has id {token.Id}, but Hugging Face's library numbers it {expected}; ids must have "
                        + "no gaps"
                );
            }

            // A file may have a marker that isn't special. Here every marker is special, so that ordinary text never becomes one.
            added.Add(token with { IsSpecial = token.IsSpecial || TokenizerDefinition.IsMarker(token.Content) });
        }
    }

    /// <summary>Text of the special token that the post-processor puts before a text; null if it puts none.</summary>
    private static string? TemplateStart(JsonField root) =>
        root.Optional("post_processor") is { IsObject: true } processor
        && processor.Optional("single") is { IsArray: true } single
        && single.Items().Take(1).ToArray() is [{ IsObject: true } first]
        && first.Optional("SpecialToken") is { IsObject: true } special
            ? special.Optional("id")?.Text()
            : null;

    /// <summary>
    /// Refuses tokens that can't be told apart in a text: two that are searched for by the same text, or one by an empty text.
    /// </summary>
    private static void CheckForms(JsonField root, TokenizerDefinition definition)
    {
        HashSet<(bool, string)> forms = [];
        foreach (AddedToken token in definition.AddedTokens)
        {
            string form = TextSplitting.FormOf(token, definition.Normalizers);
            if (form.Length == 0 || !forms.Add((token.IsNormalized, form)))
            {
                throw root.Broken($"the added token '{token.Content}' can't be told from another after normalization ('{form}')");
            }
        }
    }
}
