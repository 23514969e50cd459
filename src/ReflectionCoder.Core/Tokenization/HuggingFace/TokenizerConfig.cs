using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>The content of <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c>.</summary>
internal sealed record TokenizerConfig
{
    /// <summary>Text of bos; null if the files name none.</summary>
    public string? Bos { get; init; }

    /// <summary>Text of eos; null if the files name none.</summary>
    public string? Eos { get; init; }

    /// <summary>Text of the padding token; null if the files name none.</summary>
    public string? Pad { get; init; }

    /// <summary>Text of the unknown token; null if the files name none.</summary>
    public string? Unknown { get; init; }

    /// <summary>Whether bos is put before a text; null if the files don't say.</summary>
    public bool? AddsBos { get; init; }

    /// <summary>Whether eos is put after a text; null if the files don't say.</summary>
    public bool? AddsEos { get; init; }

    /// <summary>Whether a space is put before a text; null if the files don't say.</summary>
    public bool? AddsPrefixSpace { get; init; }

    /// <summary>
    /// Whether a SentencePiece model puts a word-start character before every part of a text between added tokens, as transformers once
    /// did.
    /// </summary>
    public bool IsLegacy { get; init; } = true;

    /// <summary>Whether decoded text loses spaces before punctuation.</summary>
    public bool CleansUpSpaces { get; init; }

    /// <summary>Name of the tokenizer's class in transformers, without "Fast"; empty if the files name none.</summary>
    public string ClassName { get; init; } = string.Empty;

    /// <summary>Tokens that the config declares, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Texts of the additional special tokens.</summary>
    public IReadOnlyList<string> AdditionalTokens { get; init; } = [];

    /// <summary>The content, for saving.</summary>
    public required JsonObject Content { get; init; }

    /// <summary>Reads the files of a folder. A file that doesn't exist counts as empty.</summary>
    public static TokenizerConfig Load(string directory)
    {
        JsonObject content = ReadObject(Path.Combine(directory, TokenizerFiles.ConfigName));
        foreach ((string key, JsonNode? value) in ReadObject(Path.Combine(directory, TokenizerFiles.SpecialTokensName)))
        {
            if (content[key] is null)
            {
                content[key] = value?.DeepClone();
            }
        }

        return Parse(Path.Combine(directory, TokenizerFiles.ConfigName), content);
    }

    /// <summary>Reads the content of <c>tokenizer_config.json</c>.</summary>
    public static TokenizerConfig Parse(string file, JsonObject content) =>
        JsonField.Read(
            file,
            JsonSerializer.SerializeToUtf8Bytes(content),
            root => new TokenizerConfig
            {
                Bos = NameOf(root, "bos_token"),
                Eos = NameOf(root, "eos_token"),
                Pad = NameOf(root, "pad_token"),
                Unknown = NameOf(root, "unk_token"),
                AddsBos = root.Optional("add_bos_token")?.Bool(),
                AddsEos = root.Optional("add_eos_token")?.Bool(),
                AddsPrefixSpace = root.Optional("add_prefix_space")?.Bool(),
                IsLegacy = root.Bool("legacy", true),
                CleansUpSpaces = root.Bool("clean_up_tokenization_spaces", false),
                ClassName = ClassOf(root.Optional("tokenizer_class")?.Text() ?? string.Empty),
                AddedTokens = [.. (root.Optional("added_tokens_decoder")?.Properties() ?? []).Select(Declared).OrderBy(token => token.Id)],
                AdditionalTokens = [.. root.Optional("additional_special_tokens")?.Items().Select(TextOf) ?? []],
                Content = content,
            }
        );

    /// <summary>Reads an added token.</summary>
    public static AddedToken ReadToken(int id, JsonField token)
    {
        string text = token.Required("content").Text();
        bool special = token.Bool("special", false);
        if (text.Length == 0)
        {
            throw token.Broken($"the added token {id} has no text");
        }

        return new AddedToken(id, text, special, token.Bool("normalized", !special))
        {
            IsSingleWord = token.Bool("single_word", false),
            StripsLeft = token.Bool("lstrip", false),
            StripsRight = token.Bool("rstrip", false),
        };
    }

    private static AddedToken Declared((string Name, JsonField Value) entry) =>
        int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id <= TokenizerFiles.LargestId
            ? ReadToken(id, entry.Value)
            : throw entry.Value.Broken($"the id '{entry.Name}' is no integer from 0 to {TokenizerFiles.LargestId}");

    private static string ClassOf(string name) => name.EndsWith("Fast", StringComparison.Ordinal) ? name[..^4] : name;

    /// <summary>The text of a special token, which the files give as a string or as an object with a field <c>content</c>.</summary>
    private static string TextOf(JsonField token) => token.IsObject ? token.Required("content").Text() : token.Text();

    private static string? NameOf(JsonField root, string key) => root.Optional(key) is JsonField token ? TextOf(token) : null;

    private static JsonObject ReadObject(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        byte[] bytes = File.ReadAllBytes(path);
        return JsonField.Read(
            path,
            bytes,
            root => root.IsObject ? TokenizerFiles.ParseObject(bytes) : throw root.Broken("expected a JSON object")
        );
    }
}
