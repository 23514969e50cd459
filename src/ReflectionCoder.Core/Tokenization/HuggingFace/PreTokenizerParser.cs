using System.Text.RegularExpressions;
using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Reads the <c>pre_tokenizer</c> entry.</summary>
internal static class PreTokenizerParser
{
    /// <summary>Reads an entry. Without one, text isn't split.</summary>
    /// <returns>
    /// The steps; whether they end with <c>ByteLevel</c>; and whether that puts a space before a text that doesn't begin with one.
    /// </returns>
    /// <exception cref="DataFormatException">The entry is broken, or asks for something that isn't supported.</exception>
    public static (IReadOnlyList<PreTokenizationStep> Steps, bool IsByteLevel, bool AddsPrefixSpace) Parse(JsonField? entry)
    {
        List<PreTokenizationStep> steps = [];
        bool byteLevel = false;
        bool prefixSpace = false;
        foreach (JsonField field in entry is JsonField given ? Flatten(given) : [])
        {
            string type = field.Required("type").Text();
            if (byteLevel)
            {
                throw field.Refuse($"the pre_tokenizer '{type}' after 'ByteLevel'");
            }

            switch (type)
            {
                case "ByteLevel":
                    byteLevel = true;
                    prefixSpace = field.Bool("add_prefix_space", false);
                    if (steps.Exists(step => step is MetaspaceStep) || (prefixSpace && steps.Count > 0))
                    {
                        throw field.Refuse(prefixSpace ? "ByteLevel with add_prefix_space after other steps" : "ByteLevel after Metaspace");
                    }

                    if (field.Bool("use_regex", true))
                    {
                        steps.Add(new PatternSplit(SplitPattern.Compile(SplitPattern.Gpt2)));
                    }

                    break;
                case "Digits":
                    steps.Add(new DigitSplit(field.Bool("individual_digits", false)));
                    break;
                case "Split":
                    steps.Add(ReadSplit(field));
                    break;
                case "Metaspace":
                    steps.Add(ReadMetaspace(field));
                    break;
                default:
                    throw field.Refuse($"the pre_tokenizer '{type}'; expected 'Split', 'Digits', 'ByteLevel', 'Metaspace' or 'Sequence'");
            }
        }

        return (steps, byteLevel, prefixSpace);
    }

    /// <summary>The prepend scheme of a <c>Metaspace</c>. Older files have <c>add_prefix_space</c> instead.</summary>
    public static PrependScheme SchemeOf(JsonField field)
    {
        string name = field.Optional("prepend_scheme")?.Text() ?? "always";
        PrependScheme scheme = name switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw field.Refuse($"prepend_scheme '{name}'; expected 'always', 'first' or 'never'"),
        };
        return field.Bool("add_prefix_space", true) || scheme == PrependScheme.Never
            ? scheme
            : throw field.Broken("add_prefix_space is false, but prepend_scheme is not 'never'");
    }

    private static IEnumerable<JsonField> Flatten(JsonField field) =>
        field.Required("type").Text() == "Sequence" ? field.Required("pretokenizers").Items().SelectMany(Flatten) : [field];

    private static MetaspaceStep ReadMetaspace(JsonField field) =>
        new(field.Required("replacement").Character(), SchemeOf(field), field.Bool("split", true));

    private static PatternSplit ReadSplit(JsonField field)
    {
        string name = field.Required("behavior").Text();
        if (!Enum.TryParse(name, out SplitBehavior behavior) || behavior.ToString() != name)
        {
            throw field.Refuse($"Split with behavior '{name}'");
        }

        JsonField pattern = field.Required("pattern");
        string? expression = pattern.Optional("Regex")?.Text();
        string text = expression ?? pattern.Required("String").Text();
        try
        {
            Regex regex =
                text.Length == 0 ? throw new ArgumentException("it is empty")
                : expression is null ? SplitPattern.CompileLiteral(text)
                : SplitPattern.Compile(text);
            return new PatternSplit(regex, behavior, field.Bool("invert", false));
        }
        catch (ArgumentException exception)
        {
            throw pattern.Refuse($"the split expression '{text}': {exception.Message}", exception);
        }
    }
}
