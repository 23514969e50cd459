using System.Buffers;
using System.Text;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>Byte pair encoding over UTF-8 bytes, written in GPT-2's characters.</summary>
/// <remarks>
/// A vocabulary may lack tokens for some bytes; StarCoder's has none for 0xF1. Microsoft's encoder can't encode pieces with such a byte, so
/// they are merged here. What the byte becomes is decided as in Hugging Face's library.
/// </remarks>
internal sealed class ByteLevelEncoder : PieceEncoder
{
    private const int Missing = -1;

    private readonly PairEncoder pairs;
    private readonly SplitSteps steps;
    private readonly bool addsPrefixSpace;
    private readonly int[] symbols = new int[256];
    private readonly int[]?[] fallbacks = new int[256][];
    private readonly int? unknown;
    private readonly bool fusesUnknown;
    private readonly SearchValues<char>? strange;

    public ByteLevelEncoder(TokenizerDefinition definition)
    {
        addsPrefixSpace = definition.AddsPrefixSpace;
        steps = new SplitSteps([.. definition.Steps.Cast<SplitStep>()]);
        unknown = definition.UnknownToken is string token ? definition.Vocabulary[token] : null;
        fusesUnknown = definition.FusesUnknown;
        for (int value = 0; value < symbols.Length; value++)
        {
            string character = ByteCharacters.Of((byte)value).ToString();
            symbols[value] = definition.Vocabulary.TryGetValue(character, out int id) ? id : Missing;
            fallbacks[value] = symbols[value] == Missing && definition.ByteFallback ? FallbackOf(character, definition.Vocabulary) : null;
        }

        strange = FirstUnitsOfStrangeCharacters();
        Dictionary<string, int>? whole = definition.IgnoresMerges ? WholeTokens(definition) : null;
        pairs = new PairEncoder(definition.Vocabulary, definition.Merges, whole, byteLevel: true, Read);
    }

    /// <inheritdoc/>
    public override void Encode(string text, bool atStart, List<int> ids)
    {
        text = addsPrefixSpace && text[0] != ' ' ? " " + text : text;
        bool isStrange = strange is not null && text.AsSpan().ContainsAny(strange);
        pairs.Encode(text, steps.Refine(text, [(0, text.Length)]), isStrange ? piece => piece.ContainsAny(strange!) : null, ids);
    }

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

    /// <summary>
    /// The ids that stand for a missing byte: GPT-2's character for the byte is encoded as UTF-8, and each of those bytes has a token such
    /// as
    /// <c>&lt;0xC3&gt;</c>. Null if one of these tokens is missing.
    /// </summary>
    private static int[]? FallbackOf(string character, IReadOnlyDictionary<string, int> vocabulary)
    {
        string[] tokens = [.. Encoding.UTF8.GetBytes(character).Select(value => CharacterEncoder.ByteToken(value))];
        return tokens.All(vocabulary.ContainsKey) ? [.. tokens.Select(token => vocabulary[token])] : null;
    }

    /// <summary>
    /// Finds the characters that have a byte without a token, and gives the first UTF-16 unit of each; null if every byte has a token. A
    /// surrogate is the first unit of many characters, so some texts are treated as strange that aren't. That does no harm: our own merging
    /// gives the same ids.
    /// </summary>
    private SearchValues<char>? FirstUnitsOfStrangeCharacters()
    {
        if (!symbols.Contains(Missing))
        {
            return null;
        }

        HashSet<char> units = [];
        Span<byte> bytes = stackalloc byte[4];
        Span<char> characters = stackalloc char[2];
        for (int code = 0; code <= 0x10ffff; code++)
        {
            if (Rune.TryCreate(code, out Rune rune))
            {
                foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
                {
                    if (symbols[value] == Missing)
                    {
                        rune.EncodeToUtf16(characters);
                        units.Add(characters[0]);
                        break;
                    }
                }
            }
        }

        return units.Count > 0 ? SearchValues.Create([.. units]) : null;
    }

    /// <summary>
    /// Appends the ids that Hugging Face's library starts to merge from. A missing byte becomes its fallback, or else the unknown token, or
    /// else nothing. The unknown token is written late: fallbacks after it are written before it.
    /// </summary>
    private void Read(ReadOnlySpan<char> piece, List<int> target)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(piece.Length));
        bool waits = false;
        foreach (byte value in bytes.AsSpan(0, Encoding.UTF8.GetBytes(piece, bytes)))
        {
            if (symbols[value] == Missing && fallbacks[value] is int[] fallback)
            {
                target.AddRange(fallback);
                continue;
            }

            bool isUnknown = symbols[value] == Missing;
            if (waits && !(isUnknown && fusesUnknown))
            {
                target.Add(unknown!.Value);
            }

            waits = isUnknown && unknown is not null;
            if (!isUnknown)
            {
                target.Add(symbols[value]);
            }
        }

        if (waits)
        {
            target.Add(unknown!.Value);
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }
}
