using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Reads the <c>normalizer</c> entry.</summary>
internal static class NormalizerParser
{
    /// <summary>Reads an entry. Without one, text isn't normalized.</summary>
    /// <exception cref="DataFormatException">The entry is broken, or asks for something that isn't supported.</exception>
    public static IReadOnlyList<TextNormalizer> Parse(JsonField? entry) => entry is JsonField field ? [.. Read(field)] : [];

    private static IEnumerable<TextNormalizer> Read(JsonField field)
    {
        string type = field.Required("type").Text();
        return type switch
        {
            "Sequence" => field.Required("normalizers").Items().SelectMany(Read),
            "NFC" => [new CompositionNormalizer()],
            "Prepend" => [new PrependNormalizer(field.Required("prepend").Text())],
            "Replace" => [new ReplaceNormalizer(PatternOf(field), field.Required("content").Text())],
            _ => throw field.Refuse($"the normalizer '{type}'; expected 'NFC', 'Prepend', 'Replace' or 'Sequence'"),
        };
    }

    /// <summary>The text that a <c>Replace</c> searches for.</summary>
    public static string PatternOf(JsonField field)
    {
        JsonField pattern = field.Required("pattern");
        string text = pattern.Optional("String")?.Text() ?? throw pattern.Refuse("Replace with a pattern other than a string");
        return text.Length > 0 ? text : throw pattern.Refuse("Replace with an empty pattern");
    }
}
