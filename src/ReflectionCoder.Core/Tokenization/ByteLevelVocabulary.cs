using System.Text.Json.Nodes;

namespace ReflectionCoder.Tokenization;

/// <summary>The vocabulary for models trained from scratch: 256 bytes, seven markers, bos, eos, pad.</summary>
internal static class ByteLevelVocabulary
{
    public const string Bos = "<|bos|>";
    public const string Eos = "<|eos|>";
    public const string Pad = "<|pad|>";

    public static TokenizerDefinition Create()
    {
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        for (int value = 0; value < 256; value++)
        {
            vocabulary.Add(ByteCharacters.Of((byte)value).ToString(), value);
        }

        string[] special = [.. Markers.All, Bos, Eos, Pad];
        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Merges = [],
            AddedTokens = [.. special.Select((content, index) => new AddedToken(256 + index, content, IsSpecial: true, IsNormalized: false))],
            SplitPatterns = [],
            ComposesCharacters = false,
            Bos = Bos,
            Eos = Eos,
            Pad = Pad,
            AppendedMarkers = [],
            Source = () => Describe(vocabulary),
            Config = new JsonObject
            {
                ["tokenizer_class"] = "PreTrainedTokenizerFast",
                ["add_prefix_space"] = false,
                ["clean_up_tokenization_spaces"] = false,
            },
        };
    }

    private static JsonObject Describe(Dictionary<string, int> vocabulary) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = null,
        ["pre_tokenizer"] = ByteLevel(),
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(vocabulary.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
            ["merges"] = new JsonArray(),
        },
    };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = false,
    };
}
