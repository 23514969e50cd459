using System.Text.Json.Nodes;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Gguf.Vocabularies;

/// <summary>
/// llama.cpp's names for how byte-level tokenizers split text. A file has only the name, so a tokenizer is known by its expressions.
/// </summary>
internal static class PreTokenizerNames
{
    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Tekken =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        + @"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string Digits = "Digits";
    private const string ByteLevel = "ByteLevel";

    /// <summary>
    /// The names, with the expressions in their order (<c>Digits</c> splits single digits, <c>ByteLevel</c> splits as GPT-2 does), and
    /// whether the runtime takes a piece that equals a token without any merge.
    /// </summary>
    private static readonly (string Name, string[] Steps, bool IgnoresMerges)[] Known =
    [
        ("gpt-2", [ByteLevel], false),
        ("qwen2", [SplitPattern.Qwen2], false),
        ("llama-bpe", [Llama3], true),
        ("smaug-bpe", [Llama3], false),
        ("tekken", [Tekken], true),
        ("starcoder", [Digits, ByteLevel], false),
        ("deepseek-coder", ["[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+", Digits], false),
    ];

    /// <summary>The names, for messages.</summary>
    internal static string All => string.Join(", ", Known.Select(known => known.Name));

    /// <summary>Finds the name of a tokenizer's steps.</summary>
    /// <returns>The name; null if the runtime has none for these steps.</returns>
    internal static string? Find(TokenizerDefinition definition)
    {
        if (definition is { Steps.Count: 0, Merges.Count: 0 })
        {
            return Known[0].Name; // without merges each byte is a token, however the text is split
        }

        foreach ((string name, string[] steps, bool ignoresMerges) in Known)
        {
            if (
                definition.IgnoresMerges == ignoresMerges
                && definition.Steps.Count == steps.Length
                && definition.Steps.Zip(steps).All(pair => IsStep(pair.First, pair.Second))
            )
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Makes the <c>pre_tokenizer</c> entry of a name; null for a name that isn't known.</summary>
    internal static (JsonObject Entry, bool IgnoresMerges)? Describe(string name)
    {
        int found = Array.FindIndex(Known, known => known.Name == name);
        if (found < 0)
        {
            return null;
        }

        (_, string[] steps, bool ignoresMerges) = Known[found];
        JsonArray entries = [.. steps.Where(step => step != ByteLevel).Select(Entry)];
        entries.Add(
            (JsonNode)
                new JsonObject
                {
                    ["type"] = ByteLevel,
                    ["add_prefix_space"] = false,
                    ["trim_offsets"] = true,
                    ["use_regex"] = steps[^1] == ByteLevel,
                }
        );
        return (new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = entries }, ignoresMerges);
    }

    private static JsonNode Entry(string step) =>
        step == Digits
            ? new JsonObject { ["type"] = Digits, ["individual_digits"] = true }
            : new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { ["Regex"] = step },
                ["behavior"] = nameof(SplitBehavior.Isolated),
                ["invert"] = false,
            };

    private static bool IsStep(PreTokenizationStep step, string known) =>
        known == Digits
            ? step is DigitSplit { Individual: true }
            : step is PatternSplit { Behavior: SplitBehavior.Isolated, Inverts: false } split
                && split.Pattern.ToString() == SplitPattern.Compile(known == ByteLevel ? SplitPattern.Gpt2 : known).ToString();
}
