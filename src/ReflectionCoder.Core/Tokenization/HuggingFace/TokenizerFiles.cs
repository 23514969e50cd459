using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Loads and saves the Hugging Face tokenizer files of a folder.</summary>
internal static class TokenizerFiles
{
    public const string TokenizerName = "tokenizer.json";
    public const string ConfigName = "tokenizer_config.json";
    public const string SpecialTokensName = "special_tokens_map.json";
    public const string VocabularyName = "vocab.json";
    public const string MergesName = "merges.txt";
    public const string SentencePieceName = "tokenizer.model";

    /// <summary>
    /// The largest id that files may use. It is larger than any vocabulary, and a broken file can't make us fill the memory.
    /// </summary>
    public const int LargestId = (1 << 22) - 1;

    /// <summary>
    /// Reads <c>tokenizer.json</c>. Without that file, converts <c>tokenizer.model</c>, or else <c>vocab.json</c> and <c>merges.txt</c>.
    /// </summary>
    public static TokenizerDefinition Load(string directory)
    {
        TokenizerConfig config = TokenizerConfig.Load(directory);
        string path = Path.Combine(directory, TokenizerName);
        string vocabulary = Path.Combine(directory, VocabularyName);
        string merges = Path.Combine(directory, MergesName);
        string model = Path.Combine(directory, SentencePieceName);
        byte[] content;
        if (File.Exists(path) || (!(File.Exists(vocabulary) && File.Exists(merges)) && !File.Exists(model)))
        {
            content = File.ReadAllBytes(path);
        }
        else if (File.Exists(model))
        {
            (content, config) = SentencePieceConverter.Convert(path = model, config);
        }
        else
        {
            (content, config) = VocabularyFilesConverter.Convert(path = vocabulary, merges, config);
        }

        return Parse(path, content, config);
    }

    /// <summary>Reads the content of a <c>tokenizer.json</c>.</summary>
    public static TokenizerDefinition Parse(string path, byte[] content, TokenizerConfig config) =>
        JsonField.Read(path, content, root => TokenizerJsonParser.Parse(root, config, () => ParseObject(content)) with { Path = path });

    public static void Save(string directory, TokenizerDefinition definition)
    {
        Directory.CreateDirectory(directory);
        JsonObject tokenizer = definition.Source();
        JsonArray added = tokenizer["added_tokens"] as JsonArray ?? [];
        HashSet<int> known = [.. added.Select(token => (int)token!["id"]!)];
        foreach (JsonNode? marker in added.Where(token => TokenizerDefinition.IsMarker((string)token!["content"]!)))
        {
            marker!["special"] = true;
        }

        AddedToken[] lacking = [.. definition.AddedTokens.Where(token => !known.Contains(token.Id)).OrderBy(token => token.Id)];
        foreach (AddedToken token in lacking)
        {
            added.Add(ToJson(token));
        }

        tokenizer["added_tokens"] = added.Parent is null ? added : tokenizer["added_tokens"]!;
        JsonObject special = new()
        {
            ["eos_token"] = definition.Eos,
            ["additional_special_tokens"] = new JsonArray([
                .. definition.AdditionalTokens.Union(Markers.All).Select(token => (JsonNode)token),
            ]),
        };

        // A bos or padding token that the files don't name is eos for our own ids only, and isn't saved: a null stays null, and an absent
        // field stays absent, for which transformers has a default.
        if (definition.HasBosToken)
        {
            special.Insert(0, "bos_token", definition.Bos);
        }

        if (definition.HasPadToken)
        {
            special.Insert(special.IndexOf("additional_special_tokens"), "pad_token", definition.Pad);
        }

        JsonObject config = (JsonObject)definition.Config.DeepClone();
        foreach ((string key, JsonNode? value) in special)
        {
            config[key] = value!.DeepClone();
        }

        string template = ChatTemplate.Create(definition.HasBosToken);
        config[ChatTemplate.FieldName] = template; // replaces the base model's template, which is for another format
        if (config["added_tokens_decoder"] is JsonObject declared)
        {
            foreach (AddedToken token in lacking)
            {
                JsonObject described = ToJson(token);
                string id = described["id"]!.ToString();
                described.Remove("id");
                declared[id] = described;
            }
        }

        Write(Path.Combine(directory, TokenizerName), tokenizer);
        Write(Path.Combine(directory, ConfigName), config);
        Write(Path.Combine(directory, SpecialTokensName), special);
        AtomicFile.WriteText(Path.Combine(directory, ChatTemplate.FileName), template);
        RemoveTemplates(directory);
    }

    private static void RemoveTemplates(string directory)
    {
        foreach (string path in ChatTemplate.Others.Select(name => Path.Combine(directory, name)))
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }

            File.Delete(path);
        }
    }

    public static JsonObject ToJson(AddedToken token) =>
        new()
        {
            ["id"] = token.Id,
            ["content"] = token.Content,
            ["single_word"] = token.IsSingleWord,
            ["lstrip"] = token.StripsLeft,
            ["rstrip"] = token.StripsRight,
            ["normalized"] = token.IsNormalized,
            ["special"] = token.IsSpecial,
        };

    /// <summary>Parses an object that was checked before.</summary>
    public static JsonObject ParseObject(ReadOnlySpan<byte> content)
    {
        Utf8JsonReader reader = new(content.StartsWith("\ufeff"u8) ? content[3..] : content);
        return (JsonObject)JsonNode.Parse(ref reader)!;
    }

    private static void Write(string path, JsonObject content) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, content, JsonOutput.Indented));
}
