using System.Buffers;
using System.Globalization;
using System.Text;
using ReflectionCoder.Tokenization.HuggingFace;
using ReflectionCoder.Tokenization.TextSteps;

namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Byte pair encoding over characters, as SentencePiece does. A character that the vocabulary doesn't have becomes bytes or the unknown
/// token.
/// </summary>
internal sealed class CharacterEncoder : PieceEncoder
{
    private readonly PrivateCharacters standIns;
    private readonly List<Stage> stages = [];
    private readonly HashSet<int> known;
    private readonly bool[]? byteTokens;
    private readonly string? unknown;
    private readonly bool fusesUnknown;
    private readonly MergeBoundaries? boundaries;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>>? wholeTokens;
    private readonly Dictionary<int, int> symbols;
    private readonly PairEncoder pairs;

    public CharacterEncoder(TokenizerDefinition definition)
    {
        standIns =
            PrivateCharacters.Choose(definition.Vocabulary.Keys)
            ?? throw new NotSupportedException("a vocabulary that leaves no private characters");
        foreach (IGrouping<int, PreTokenizationStep> run in RunsOf(definition.Steps))
        {
            stages.Add(
                run.First() is MetaspaceStep metaspace
                    ? new Stage(metaspace, null)
                    : new Stage(null, new SplitSteps([.. run.Cast<SplitStep>()]))
            );
        }

        fusesUnknown = definition.FusesUnknown;
        known = [.. definition.Vocabulary.Keys.Select(SingleCharacter).Where(character => character >= 0)];
        byteTokens = definition.ByteFallback
            ? [.. Enumerable.Range(0, 256).Select(value => definition.Vocabulary.ContainsKey(ByteToken(value)))]
            : null;
        Dictionary<string, string> renamed = Renamed(definition);
        unknown = UnknownOf(definition) is string token ? NameOf(token) : null;
        Dictionary<string, int> vocabulary = new(StringComparer.Ordinal);
        foreach ((string text, int id) in definition.Vocabulary)
        {
            vocabulary.Add(NameOf(text), id);
        }

        List<(string Left, string Right)> merges = [.. definition.Merges.Select(merge => (NameOf(merge.Left), NameOf(merge.Right)))];
        Dictionary<string, string>? whole = definition.IgnoresMerges
            ? definition
                .Vocabulary.Keys.Where(token => !TokenizerDefinition.IsMarker(token))
                .ToDictionary(token => token, NameOf, StringComparer.Ordinal)
            : null;
        wholeTokens = whole?.GetAlternateLookup<ReadOnlySpan<char>>();
        boundaries = whole is null ? new MergeBoundaries(merges) : null;
        symbols = vocabulary
            .Where(entry => SingleCharacter(entry.Key) >= 0)
            .ToDictionary(entry => SingleCharacter(entry.Key), entry => entry.Value);
        pairs = new PairEncoder(
            vocabulary,
            merges,
            whole?.ToDictionary(entry => entry.Value, entry => definition.Vocabulary[entry.Key], StringComparer.Ordinal),
            byteLevel: false,
            Read
        );

        string NameOf(string token) => renamed.TryGetValue(token, out string? name) ? name : token.Replace(' ', standIns.Space);
    }

    /// <summary>The token of a byte, as SentencePiece writes it.</summary>
    public static string ByteToken(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    /// <inheritdoc/>
    public override void Encode(string text, bool atStart, List<int> ids)
    {
        List<(int Offset, int Length)> pieces = [(0, text.Length)];
        foreach (Stage stage in stages)
        {
            text = stage.Metaspace?.Apply(text, ref pieces, atStart) ?? text;
            pieces = stage.Splits?.Refine(text, pieces) ?? pieces;
        }

        // A character may become as many as its UTF-8 has bytes: at most three for each UTF-16 unit.
        char[] buffer = ArrayPool<char>.Shared.Rent(text.Length * 3);
        List<(int Offset, int Length)> prepared = new(Math.Max(pieces.Count, text.Length / 3));
        int written = 0;
        foreach ((int offset, int length) in pieces)
        {
            int start = written;
            written = Write(text.AsSpan(offset, length), buffer, written);
            Cut(buffer, start, written, prepared);
        }

        pairs.Encode(buffer.AsSpan(0, written), prepared, strange: null, ids);
        ArrayPool<char>.Shared.Return(buffer);
    }

    /// <summary>Cuts a prepared piece wherever no merge could join the characters on both sides.</summary>
    private void Cut(char[] text, int start, int end, List<(int Offset, int Length)> pieces)
    {
        for (int i = start + 1; boundaries is not null && i < end; i++)
        {
            if (!boundaries.Joins(text[i - 1], text[i]))
            {
                pieces.Add((start, i - start));
                start = i;
            }
        }

        if (end > start)
        {
            pieces.Add((start, end - start));
        }
    }

    /// <summary>
    /// Writes a piece, with stand-ins for the characters that the vocabulary doesn't have. As in Hugging Face's library, an unknown token
    /// is written late: characters after it that become bytes are written before it.
    /// </summary>
    private int Write(ReadOnlySpan<char> piece, char[] target, int at)
    {
        if (wholeTokens?.TryGetValue(piece, out string? whole) == true)
        {
            whole.CopyTo(target.AsSpan(at));
            return at + whole.Length;
        }

        bool waits = false;
        for (int i = 0; i < piece.Length; )
        {
            Rune.DecodeFromUtf16(piece[i..], out Rune rune, out int length);
            bool isKnown = known.Contains(rune.Value);
            if (isKnown || !FallsBack(rune, target, ref at))
            {
                if (waits && (isKnown || !fusesUnknown))
                {
                    WriteUnknown(target, ref at);
                }

                waits = !isKnown && unknown is not null;
                if (!isKnown && unknown is null && wholeTokens is not null)
                {
                    // Without a mark, the rest of the piece could equal a whole token, which the piece itself isn't.
                    target[at++] = standIns.Dropped;
                }
            }

            if (isKnown)
            {
                piece.Slice(i, length).CopyTo(target.AsSpan(at));
                target[at] = target[at] == ' ' ? standIns.Space : target[at];
                at += length;
            }

            i += length;
        }

        if (waits)
        {
            WriteUnknown(target, ref at);
        }

        return at;
    }

    private void WriteUnknown(char[] target, ref int at)
    {
        unknown!.CopyTo(target.AsSpan(at));
        at += unknown.Length;
    }

    /// <summary>Writes a character's bytes, if the vocabulary has a token for each of them.</summary>
    private bool FallsBack(Rune rune, char[] target, ref int at)
    {
        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..rune.EncodeToUtf8(bytes)];
        foreach (byte value in bytes)
        {
            if (byteTokens is null || !byteTokens[value])
            {
                return false;
            }
        }

        foreach (byte value in bytes)
        {
            target[at++] = standIns.Of(value);
        }

        return true;
    }

    /// <summary>Appends the ids of a prepared piece's characters; <see cref="WordMerger"/> starts from them.</summary>
    private void Read(ReadOnlySpan<char> piece, List<int> target)
    {
        foreach (Rune rune in piece.EnumerateRunes())
        {
            if (symbols.TryGetValue(rune.Value, out int id))
            {
                target.Add(id);
            }
        }
    }

    /// <summary>The unknown token; null if every character can be written as bytes.</summary>
    private string? UnknownOf(TokenizerDefinition definition) =>
        byteTokens is null || byteTokens.Where((has, value) => !has && value is not (0xc0 or 0xc1 or >= 0xf5)).Any()
            ? definition.UnknownToken
            : null;

    /// <summary>The tokens for bytes and for unknown characters, each with its stand-in.</summary>
    private Dictionary<string, string> Renamed(TokenizerDefinition definition)
    {
        Dictionary<string, string> renamed = new(StringComparer.Ordinal);
        for (int value = 0; byteTokens is not null && value < byteTokens.Length; value++)
        {
            if (byteTokens[value])
            {
                renamed.Add(ByteToken(value), standIns.Of((byte)value).ToString());
            }
        }

        // An unknown token of one character needs no stand-in: it is merged like the same character in a text. One that is also a byte's
        // token has a stand-in already.
        if (UnknownOf(definition) is string token && SingleCharacter(token) < 0)
        {
            renamed.TryAdd(token, standIns.Unknown.ToString());
        }

        foreach ((string left, string right) in definition.Merges)
        {
            if (renamed.ContainsKey(left) || renamed.ContainsKey(right) || renamed.ContainsKey(left + right))
            {
                throw new NotSupportedException($"the merge of '{left}' and '{right}', which concerns a byte or the unknown token");
            }
        }

        return renamed;
    }

    /// <summary>Groups the steps: split steps that follow each other are one group, and every other step is a group by itself.</summary>
    private static IEnumerable<IGrouping<int, PreTokenizationStep>> RunsOf(IReadOnlyList<PreTokenizationStep> steps)
    {
        int run = 0;
        return steps
            .Select((step, index) => (step, run: index > 0 && step is SplitStep && steps[index - 1] is SplitStep ? run : ++run))
            .GroupBy(numbered => numbered.run, numbered => numbered.step);
    }

    /// <summary>The character of a token that is a single character; else -1.</summary>
    private static int SingleCharacter(string token) =>
        token.Length > 0 && Rune.TryGetRuneAt(token, 0, out Rune rune) && rune.Utf16SequenceLength == token.Length ? rune.Value : -1;

    /// <summary>A group of steps: exactly one of the two is set.</summary>
    private readonly record struct Stage(MetaspaceStep? Metaspace, SplitSteps? Splits);
}
