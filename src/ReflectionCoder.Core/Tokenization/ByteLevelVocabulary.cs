using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Tokenization;

/// <summary>The vocabulary for models trained from scratch: 256 bytes, learned merges if any, seven markers, bos, eos, pad.</summary>
internal static class ByteLevelVocabulary
{
    public const string Bos = "<|bos|>";
    public const string Eos = "<|eos|>";
    public const string Pad = "<|pad|>";

    /// <summary>Tokens beside the bytes and merges.</summary>
    private static readonly string[] Special = [.. Markers.All, Bos, Eos, Pad];

    /// <summary>The smallest vocabulary: bytes and special tokens.</summary>
    public static int SmallestSize => 256 + Special.Length;

    public static TokenizerDefinition Create() => Create([], []);

    /// <summary>Learns merges from texts until the vocabulary has the size asked for, or no pair occurs twice.</summary>
    public static TokenizerDefinition Train(IEnumerable<string> texts, int vocabularySize, CancellationToken cancellationToken)
    {
        Regex pattern = SplitSteps.Compile(SplitSteps.Gpt2Pattern);
        return Create(MergeTrainer.Learn(texts, pattern, vocabularySize - SmallestSize, cancellationToken), [pattern]);
    }

    private static TokenizerDefinition Create(IReadOnlyList<(int Left, int Right)> pairs, IReadOnlyList<Regex> patterns)
    {
        List<string> tokens = [.. Enumerable.Range(0, 256).Select(value => ByteCharacters.Of((byte)value).ToString(CultureInfo.InvariantCulture))];
        List<string> merges = [];
        foreach ((int left, int right) in pairs)
        {
            merges.Add($"{tokens[left]} {tokens[right]}");
            tokens.Add(tokens[left] + tokens[right]);
        }

        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach (string token in tokens)
        {
            vocabulary.Add(token, vocabulary.Count);
        }

        return new TokenizerDefinition
        {
            Vocabulary = vocabulary,
            Merges = merges,
            AddedTokens = [.. Special.Select((content, index) => new AddedToken(tokens.Count + index, content, IsSpecial: true, IsNormalized: false))],
            SplitPatterns = patterns,
            ComposesCharacters = false,
            Bos = Bos,
            Eos = Eos,
            Pad = Pad,
            AppendedMarkers = [],
            Source = () => Describe(vocabulary, merges, splits: patterns.Count > 0),
            Config = new JsonObject
            {
                ["tokenizer_class"] = "PreTrainedTokenizerFast",
                ["add_prefix_space"] = false,
                ["clean_up_tokenization_spaces"] = false,
            },
        };
    }

    private static JsonObject Describe(Dictionary<string, int> vocabulary, List<string> merges, bool splits) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(),
        ["normalizer"] = null,
        ["pre_tokenizer"] = ByteLevel(splits),
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(splits),
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
            ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode?)merge)]),
        },
    };

    private static JsonObject ByteLevel(bool splits) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = splits,
    };
}
