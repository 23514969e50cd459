using ReflectionCoder.Files;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>Reads the <c>decoder</c> entry.</summary>
internal static class DecoderParser
{
    private const int MostStripped = 1024;

    /// <summary>Reads an entry. Without one, tokens are joined by spaces.</summary>
    /// <exception cref="DataFormatException">The entry is broken, or asks for something that isn't supported.</exception>
    public static IReadOnlyList<DecoderStep> Parse(JsonField? entry)
    {
        if (entry is not JsonField field)
        {
            return [new SpaceJoining()];
        }

        List<DecoderStep> steps = [];
        foreach (JsonField step in Flatten(field))
        {
            string type = step.Required("type").Text();
            if (type is "ByteLevel" or "ByteFallback" && steps.Exists(before => before.Fuses))
            {
                throw step.Refuse($"the decoder '{type}' behind one that fuses tokens");
            }

            steps.Add(
                type switch
                {
                    "ByteLevel" => new ByteLevelDecoding(),
                    "ByteFallback" => new ByteFallbackDecoding(),
                    "Fuse" => new FuseDecoding(),
                    "Replace" => new ReplaceDecoding(NormalizerParser.PatternOf(step), step.Required("content").Text()),
                    "Strip" => new StripDecoding(
                        step.Required("content").Character(),
                        step.Required("start").Int(MostStripped),
                        step.Required("stop").Int(MostStripped)
                    ),
                    "Metaspace" => new MetaspaceDecoding(step.Required("replacement").Character(), PreTokenizerParser.SchemeOf(step)),
                    _ => throw step.Refuse(
                        $"the decoder '{type}'; expected 'ByteLevel', 'ByteFallback', 'Fuse', 'Replace', 'Strip', 'Metaspace' or 'Sequence'"
                    ),
                }
            );
        }

        return steps;
    }

    private static IEnumerable<JsonField> Flatten(JsonField field) =>
        field.Required("type").Text() == "Sequence" ? field.Required("decoders").Items().SelectMany(Flatten) : [field];
}
