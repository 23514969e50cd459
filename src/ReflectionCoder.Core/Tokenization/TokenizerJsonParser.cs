using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Tokenization;

/// <summary>
/// Reads a byte-level BPE <c>tokenizer.json</c>. Every entry that would change the ids and isn't supported is refused by name.
/// </summary>
internal sealed class TokenizerJsonParser(string path)
{
    public TokenizerDefinition Parse(JsonElement root, JsonObject config, Func<JsonObject> source)
    {
        try
        {
            return ParseChecked(root, config, source);
        }
        catch (Exception exception) when (exception is InvalidOperationException or KeyNotFoundException)
        {
            throw new TokenizerFormatException(path, "an entry is missing or of another kind than expected: " + exception.Message, exception);
        }
    }

    private TokenizerDefinition ParseChecked(JsonElement root, JsonObject config, Func<JsonObject> source)
    {
        JsonElement model = root.GetProperty("model");
        CheckModel(model);
        Dictionary<string, int> vocabulary = ReadVocabulary(model.GetProperty("vocab"));
        List<AddedToken> added = ReadAddedTokens(root, config);
        foreach (AddedToken token in added)
        {
            // Files list added tokens in the vocabulary too; they are split out before the model sees text.
            if (vocabulary.TryGetValue(token.Content, out int id) && id != token.Id)
            {
                throw new TokenizerFormatException(path, $"the added token '{token.Content}' has id {token.Id}, but {id} in the vocabulary.");
            }
        }

        List<string> appended = AppendMarkers(vocabulary, added);
        string eos = NameOf(config, "eos_token")
            ?? throw new TokenizerFormatException(path, $"no eos_token in {TokenizerFiles.ConfigName} or {TokenizerFiles.SpecialTokensName} beside it.");
        TokenizerDefinition definition = new()
        {
            Vocabulary = vocabulary,
            Merges = ReadMerges(model),
            AddedTokens = added,
            SplitPatterns = ReadSplits(root),
            ComposesCharacters = ReadNormalizer(root),
            Bos = NameOf(config, "bos_token") ?? eos,
            Eos = eos,
            Pad = NameOf(config, "pad_token") ?? eos,
            AppendedMarkers = appended,
            Source = source,
            Config = config,
        };
        foreach (string name in (string[])[definition.Bos, definition.Eos, definition.Pad])
        {
            if (!vocabulary.ContainsKey(name) && !added.Exists(token => token.Content == name))
            {
                throw new TokenizerFormatException(path, $"the special token '{name}' is not in the vocabulary.");
            }
        }

        return definition;
    }

    private void CheckModel(JsonElement model)
    {
        string type = model.TryGetProperty("type", out JsonElement named) ? named.GetString() ?? "null" : "BPE";
        Require(type == "BPE", $"model type '{type}'; expected 'BPE'");
        Require(IsUnset(model, "dropout"), "model.dropout");
        Require(IsUnset(model, "continuing_subword_prefix"), "model.continuing_subword_prefix");
        Require(IsUnset(model, "end_of_word_suffix"), "model.end_of_word_suffix");
        Require(IsUnset(model, "byte_fallback"), "model.byte_fallback (a SentencePiece vocabulary)");
        Require(IsUnset(model, "ignore_merges"), "model.ignore_merges");
    }

    private static Dictionary<string, int> ReadVocabulary(JsonElement vocab)
    {
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach (JsonProperty entry in vocab.EnumerateObject())
        {
            vocabulary[entry.Name] = entry.Value.GetInt32();
        }

        return vocabulary;
    }

    private List<string> ReadMerges(JsonElement model)
    {
        List<string> merges = [];
        foreach (JsonElement merge in model.GetProperty("merges").EnumerateArray())
        {
            string text = merge.ValueKind == JsonValueKind.Array
                ? string.Join(' ', merge.EnumerateArray().Select(part => part.GetString()))
                : merge.GetString()!;
            if (text.AsSpan().Count(' ') != 1)
            {
                throw new TokenizerFormatException(path, $"model.merges[{merges.Count}] is '{text}'; expected two tokens.");
            }

            merges.Add(text);
        }

        return merges;
    }

    private List<AddedToken> ReadAddedTokens(JsonElement root, JsonObject config)
    {
        List<AddedToken> added = [];
        if (root.TryGetProperty("added_tokens", out JsonElement listed) && listed.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement token in listed.EnumerateArray())
            {
                added.Add(ReadAddedToken(token.GetProperty("id").GetInt32(), token));
            }
        }

        // transformers adds what the config declares beyond that.
        if (config["added_tokens_decoder"] is JsonObject declared)
        {
            foreach ((string id, JsonNode? token) in declared)
            {
                int number = int.TryParse(id, CultureInfo.InvariantCulture, out int parsed) ? parsed : throw new TokenizerFormatException(path, $"added_tokens_decoder has the id '{id}'.");
                if (!added.Exists(known => known.Id == number))
                {
                    using JsonDocument document = JsonDocument.Parse(token!.ToJsonString());
                    added.Add(ReadAddedToken(number, document.RootElement));
                }
            }
        }

        return added;
    }

    private AddedToken ReadAddedToken(int id, JsonElement token)
    {
        string content = token.GetProperty("content").GetString()!;
        Require(content.Length > 0, $"an added token without text (id {id})");
        foreach (string flag in (string[])["single_word", "lstrip", "rstrip"])
        {
            Require(IsUnset(token, flag), $"{flag} on the added token '{content}'");
        }

        return new AddedToken(id, content, !IsUnset(token, "special"), !IsUnset(token, "normalized"));
    }

    /// <summary>Appends the markers that a model's own vocabulary lacks, in their order, after the largest id.</summary>
    private static List<string> AppendMarkers(Dictionary<string, int> vocabulary, List<AddedToken> added)
    {
        int next = Math.Max(vocabulary.Values.DefaultIfEmpty(-1).Max(), added.Select(token => token.Id).DefaultIfEmpty(-1).Max()) + 1;
        List<string> appended = [];
        foreach (string marker in Markers.All)
        {
            if (!added.Exists(token => token.Content == marker))
            {
                bool known = vocabulary.TryGetValue(marker, out int id);
                added.Add(new AddedToken(known ? id : next++, marker, IsSpecial: true, IsNormalized: false));
                if (!known)
                {
                    appended.Add(marker);
                }
            }
        }

        return appended;
    }

    private bool ReadNormalizer(JsonElement root)
    {
        if (!root.TryGetProperty("normalizer", out JsonElement normalizer) || normalizer.ValueKind == JsonValueKind.Null)
        {
            return false;
        }

        string type = normalizer.GetProperty("type").GetString()!;
        if (type == "Sequence")
        {
            Require(normalizer.GetProperty("normalizers").GetArrayLength() == 0, "a sequence of normalizers");
            return false;
        }

        Require(type == "NFC", $"the normalizer '{type}'; expected none or 'NFC'");
        return true;
    }

    private List<Regex> ReadSplits(JsonElement root)
    {
        List<Regex> patterns = [];
        JsonElement steps = root.GetProperty("pre_tokenizer");
        Require(steps.ValueKind == JsonValueKind.Object, "no pre_tokenizer; expected one that ends in 'ByteLevel'");
        bool byteLevel = false;
        foreach (JsonElement step in steps.GetProperty("type").GetString() == "Sequence" ? [.. steps.GetProperty("pretokenizers").EnumerateArray()] : (JsonElement[])[steps])
        {
            string type = step.GetProperty("type").GetString()!;
            Require(!byteLevel, $"the pre_tokenizer '{type}' after 'ByteLevel'");
            switch (type)
            {
                case "ByteLevel":
                    Require(IsUnset(step, "add_prefix_space"), "ByteLevel with add_prefix_space");
                    byteLevel = true;
                    if (!step.TryGetProperty("use_regex", out JsonElement regex) || regex.GetBoolean())
                    {
                        patterns.Add(Compile(SplitSteps.Gpt2Pattern));
                    }

                    break;
                case "Digits":
                    patterns.Add(Compile(IsUnset(step, "individual_digits") ? @"\p{N}+" : @"\p{N}"));
                    break;
                case "Split":
                    Require(step.GetProperty("behavior").GetString() == "Isolated", $"Split with behavior '{step.GetProperty("behavior")}'; expected 'Isolated'");
                    Require(IsUnset(step, "invert"), "Split with invert");
                    JsonElement pattern = step.GetProperty("pattern");
                    patterns.Add(Compile(pattern.TryGetProperty("Regex", out JsonElement expression)
                        ? expression.GetString()!
                        : Regex.Escape(pattern.GetProperty("String").GetString()!)));
                    break;
                default:
                    Require(false, $"the pre_tokenizer '{type}'; expected 'Split', 'Digits' and 'ByteLevel'");
                    break;
            }
        }

        Require(byteLevel, "a pre_tokenizer without 'ByteLevel'");
        if (root.TryGetProperty("decoder", out JsonElement decoder) && decoder.ValueKind == JsonValueKind.Object)
        {
            string type = decoder.GetProperty("type").GetString()!;
            Require(type == "ByteLevel", $"the decoder '{type}'; expected 'ByteLevel'");
        }

        return patterns;
    }

    private Regex Compile(string pattern)
    {
        try
        {
            return SplitSteps.Compile(pattern);
        }
        catch (ArgumentException exception)
        {
            throw new TokenizerFormatException(path, $"the split expression '{pattern}' is not supported: {exception.Message}", exception);
        }
    }

    /// <summary>A special token's text: given as a string, or as an object with its content.</summary>
    private static string? NameOf(JsonObject config, string key) => config[key] switch
    {
        JsonObject token => token["content"]?.GetValue<string>(),
        JsonValue value => value.GetValue<string>(),
        _ => null,
    };

    /// <summary>Whether an entry is missing, null, false, zero or empty.</summary>
    private static bool IsUnset(JsonElement owner, string name) =>
        !owner.TryGetProperty(name, out JsonElement value) || value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.String => value.GetString()!.Length == 0,
            JsonValueKind.Number => value.GetDouble() == 0,
            _ => false,
        };

    private void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new TokenizerFormatException(path, $"not supported: {what}.");
        }
    }
}
