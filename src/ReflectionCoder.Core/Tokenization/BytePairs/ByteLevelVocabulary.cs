using System.Globalization;
using System.Text.Json.Nodes;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Makes vocabularies for models trained from scratch: 256 bytes, learned merges if any, seven markers, bos, eos and pad.
/// </summary>
internal static class ByteLevelVocabulary
{
    public const string Bos = "<|bos|>";
    public const string Eos = "<|eos|>";
    public const string Pad = "<|pad|>";

    /// <summary>The tokens that are neither bytes nor merges.</summary>
    private static readonly string[] Special = [.. Markers.All, Bos, Eos, Pad];

    /// <summary>The smallest vocabulary: bytes and special tokens.</summary>
    public static int SmallestSize => 256 + Special.Length;

    public static TokenizerDefinition Create() => Create([], []);

    /// <summary>Learns merges from texts until the vocabulary has the given size, or no pair occurs twice.</summary>
    public static TokenizerDefinition Train(IEnumerable<string> texts, int vocabularySize, CancellationToken cancellationToken)
    {
        PatternSplit split = new(SplitPattern.Compile(SplitPattern.Gpt2));
        return Create(MergeTrainer.Learn(texts, split.Pattern, vocabularySize - SmallestSize, cancellationToken), [split]);
    }

    private static TokenizerDefinition Create(IReadOnlyList<(int Left, int Right)> pairs, IReadOnlyList<PreTokenizationStep> splits)
    {
        List<string> tokens =
        [
            .. Enumerable.Range(0, 256).Select(value => ByteCharacters.Of((byte)value).ToString(CultureInfo.InvariantCulture)),
        ];
        List<(string Left, string Right)> merges = [];
        foreach ((int left, int right) in pairs)
        {
            merges.Add((tokens[left], tokens[right]));
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
            AddedTokens =
            [
                .. Special.Select((content, index) => new AddedToken(tokens.Count + index, content, IsSpecial: true, IsNormalized: false)),
            ],
            IsByteLevel = true,
            Steps = splits,
            Decoders = [new ByteLevelDecoding()],
            Bos = Bos,
            Eos = Eos,
            Pad = Pad,
            Source = () =>
                TokenizerDocument.Create(
                    new JsonObject(vocabulary.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
                    new JsonArray([.. merges.Select(merge => (JsonNode?)$"{merge.Left} {merge.Right}")]),
                    normalizer: null,
                    preTokenizer: ByteLevel(splits.Count > 0),
                    decoder: ByteLevel(splits.Count > 0)
                ),
            Config = new JsonObject
            {
                ["tokenizer_class"] = "PreTrainedTokenizerFast",
                ["add_prefix_space"] = false,
                ["clean_up_tokenization_spaces"] = false,
            },
        };
    }

    private static JsonObject ByteLevel(bool splits) =>
        new()
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = false,
            ["trim_offsets"] = true,
            ["use_regex"] = splits,
        };
}
