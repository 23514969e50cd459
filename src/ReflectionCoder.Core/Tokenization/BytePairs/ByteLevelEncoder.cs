using System.Buffers;
using System.Text;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>Byte pair encoding over UTF-8 bytes, written in GPT-2's characters.</summary>
/// <remarks>
/// A vocabulary may lack bytes (StarCoder's lacks 0xF1). Pieces that hold one are not the package's affair: what stands for the byte, if
/// anything, is found as in Hugging Face's library.
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

    /// <summary>The byte tokens of a byte's character, whose UTF-8 it is that falls back; null where one of them is lacking.</summary>
    private static int[]? FallbackOf(string character, IReadOnlyDictionary<string, int> vocabulary)
    {
        string[] tokens = [.. Encoding.UTF8.GetBytes(character).Select(value => CharacterEncoder.ByteToken(value))];
        return tokens.All(vocabulary.ContainsKey) ? [.. tokens.Select(token => vocabulary[token])] : null;
    }

    /// <summary>
    /// First UTF-16 units of characters whose UTF-8 has a byte that the vocabulary lacks; null for a vocabulary without gaps. Surrogates
    /// stand for many characters, so some texts are taken for strange that aren't: our own merging makes the same of them.
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
    /// What Hugging Face's library merges: for a missing byte its fallback, or the unknown token, which waits until what follows is known,
    /// or nothing.
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
