using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tokenization;

/// <summary>Encodes normalized text that holds no added tokens. Thread-safe.</summary>
internal abstract class PieceEncoder
{
    /// <summary>Appends a text's ids.</summary>
    /// <param name="text">The text, not empty.</param>
    /// <param name="atStart">Whether it starts the whole input.</param>
    /// <param name="ids">Where the ids go.</param>
    public abstract void Encode(string text, bool atStart, List<int> ids);

    /// <summary>The encoder that a definition asks for.</summary>
    /// <exception cref="NotSupportedException">The definition asks for what the byte pair encoder can't do.</exception>
    public static PieceEncoder Create(TokenizerDefinition definition) =>
        definition.IsByteLevel ? new ByteLevelEncoder(definition) : new CharacterEncoder(definition);

    /// <summary>Merges as the byte pair encoder takes them. A pair that occurs again gets its last rank, as in Hugging Face's library.</summary>
    protected static IEnumerable<string> Ranked(IReadOnlyList<(string Left, string Right)> merges)
    {
        HashSet<(string, string)> seen = [];
        List<string> ranked = new(merges.Count);
        foreach ((string Left, string Right) merge in merges.Reverse())
        {
            if (seen.Add(merge))
            {
                ranked.Add($"{merge.Left} {merge.Right}");
            }
        }

        ranked.Reverse();
        return ranked;
    }
}

/// <summary>Byte pair encoding over UTF-8 bytes, written in GPT-2's characters.</summary>
internal sealed class ByteLevelEncoder : PieceEncoder
{
    private readonly Tokenizer model;
    private readonly bool addsPrefixSpace;

    public ByteLevelEncoder(TokenizerDefinition definition)
    {
        // Continuation and lead bytes that UTF-8 can hold; the rest never occur.
        foreach (int value in Enumerable.Range(0, 0xf5).Where(value => value is not (0xc0 or 0xc1)))
        {
            if (!definition.Vocabulary.ContainsKey(ByteCharacters.Of((byte)value).ToString()))
            {
                throw new NotSupportedException($"a byte-level vocabulary without the byte 0x{value:X2} ('{ByteCharacters.Of((byte)value)}')");
            }
        }

        addsPrefixSpace = definition.AddsPrefixSpace;
        model = BpeTokenizer.Create(new BpeOptions(definition.Vocabulary)
        {
            Merges = Ranked(definition.Merges),
            ByteLevel = true,
            PreTokenizer = new SplitSteps([.. definition.Steps.Cast<SplitStep>()]),

            // The encoder takes a piece that equals a special token whole, which is what ignoring merges means.
            SpecialTokens = definition.IgnoresMerges ? WholeTokens(definition) : null,
        });
    }

    /// <inheritdoc/>
    public override void Encode(string text, bool atStart, List<int> ids) =>
        ids.AddRange(model.EncodeToIds(addsPrefixSpace && text[0] != ' ' ? " " + text : text, considerNormalization: false));

    private static Dictionary<string, int> WholeTokens(TokenizerDefinition definition)
    {
        Dictionary<string, int> whole = new(StringComparer.Ordinal);
        foreach ((string token, int id) in definition.Vocabulary)
        {
            if (ByteCharacters.DecodeText(token) is string text && !TokenizerDefinition.IsMarker(token))
            {
                whole.Add(text, id);
            }
        }

        return whole;
    }
}
