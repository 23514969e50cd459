using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tokenization;

/// <summary>Byte pair encoding over characters (SentencePiece's way), with bytes or the unknown token for characters out of vocabulary.</summary>
internal sealed class CharacterEncoder : PieceEncoder
{
    private readonly PrivateCharacters standIns;
    private readonly List<Stage> stages = [];
    private readonly HashSet<int> known;
    private readonly bool byteFallback;
    private readonly bool hasUnknown;
    private readonly bool fusesUnknown;
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>>? wholeTokens;
    private readonly Tokenizer model;

    public CharacterEncoder(TokenizerDefinition definition)
    {
        standIns = PrivateCharacters.Choose(definition.Vocabulary.Keys)
            ?? throw new NotSupportedException("a vocabulary that leaves no private characters");
        foreach (IGrouping<int, PreTokenizationStep> run in RunsOf(definition.Steps))
        {
            stages.Add(run.First() is MetaspaceStep metaspace ? new Stage(metaspace, null) : new Stage(null, new SplitSteps([.. run.Cast<SplitStep>()])));
        }

        byteFallback = definition.ByteFallback;
        hasUnknown = definition.UnknownToken is not null;
        fusesUnknown = definition.FusesUnknown;
        known = [.. definition.Vocabulary.Keys.Select(SingleCharacter).Where(character => character >= 0)];
        Dictionary<string, string> renamed = Renamed(definition);
        Dictionary<string, int> vocabulary = definition.Vocabulary.ToDictionary(entry => NameOf(entry.Key), entry => entry.Value, StringComparer.Ordinal);
        List<(string Left, string Right)> merges = [.. definition.Merges.Select(merge => (NameOf(merge.Left), NameOf(merge.Right)))];
        Dictionary<string, string>? whole = definition.IgnoresMerges
            ? definition.Vocabulary.Keys.Where(token => !TokenizerDefinition.IsMarker(token)).ToDictionary(token => token, NameOf, StringComparer.Ordinal)
            : null;
        wholeTokens = whole?.GetAlternateLookup<ReadOnlySpan<char>>();
        model = BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = Ranked(merges),
            PreTokenizer = new SeparatedPieces(standIns.Separator, whole is null ? new MergeBoundaries(merges) : null),

            // The encoder takes a piece that equals a special token whole, which is what ignoring merges means.
            SpecialTokens = whole?.ToDictionary(entry => entry.Value, entry => definition.Vocabulary[entry.Key], StringComparer.Ordinal),
        });

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

        // A character becomes at most one per UTF-8 byte, and each piece ends in a separator.
        char[] buffer = ArrayPool<char>.Shared.Rent((text.Length * 3) + pieces.Count);
        int written = 0;
        foreach ((int offset, int length) in pieces)
        {
            written = Write(text.AsSpan(offset, length), buffer, written);
            buffer[written++] = standIns.Separator;
        }

        ids.AddRange(model.EncodeToIds(buffer.AsSpan(0, written), considerNormalization: false));
        ArrayPool<char>.Shared.Return(buffer);
    }

    /// <summary>Writes a piece with stand-ins for what the vocabulary lacks.</summary>
    private int Write(ReadOnlySpan<char> piece, char[] target, int at)
    {
        if (wholeTokens?.TryGetValue(piece, out string? whole) == true)
        {
            whole.CopyTo(target.AsSpan(at));
            return at + whole.Length;
        }

        bool unknown = false;
        Span<byte> bytes = stackalloc byte[4];
        for (int i = 0; i < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[i..], out Rune rune, out int length);
            if (known.Contains(rune.Value))
            {
                piece.Slice(i, length).CopyTo(target.AsSpan(at));
                target[at] = target[at] == ' ' ? standIns.Space : target[at];
                at += length;
                unknown = false;
            }
            else if (byteFallback)
            {
                int count = rune.EncodeToUtf8(bytes);
                foreach (byte value in bytes[..count])
                {
                    target[at++] = standIns.Of(value);
                }
            }
            else if (hasUnknown && !(unknown && fusesUnknown))
            {
                target[at++] = standIns.Unknown;
                unknown = true;
            }

            i += length;
        }

        return at;
    }

    /// <summary>Names of tokens that stand for bytes or the unknown in the model.</summary>
    private Dictionary<string, string> Renamed(TokenizerDefinition definition)
    {
        Dictionary<string, string> renamed = new(StringComparer.Ordinal);
        if (definition.ByteFallback)
        {
            for (int value = 0; value < 256; value++)
            {
                bool valid = value is not (0xc0 or 0xc1 or >= 0xf5);
                if (valid && !definition.Vocabulary.ContainsKey(ByteToken(value)))
                {
                    throw new NotSupportedException($"byte_fallback in a vocabulary without '{ByteToken(value)}'");
                }

                renamed.Add(ByteToken(value), standIns.Of((byte)value).ToString());
            }
        }
        else if (definition.UnknownToken is string unknown)
        {
            if (SingleCharacter(unknown) >= 0)
            {
                throw new NotSupportedException($"the unknown token '{unknown}', which is a character of the text too");
            }

            renamed.Add(unknown, standIns.Unknown.ToString());
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

    /// <summary>Splits that follow each other, in one group; every other step in one of its own.</summary>
    private static IEnumerable<IGrouping<int, PreTokenizationStep>> RunsOf(IReadOnlyList<PreTokenizationStep> steps)
    {
        int run = 0;
        return steps.Select((step, index) => (step, run: index > 0 && step is SplitStep && steps[index - 1] is SplitStep ? run : ++run))
            .GroupBy(numbered => numbered.run, numbered => numbered.step);
    }

    /// <summary>The one character that a token is; -1 when it is more.</summary>
    private static int SingleCharacter(string token) =>
        token.Length > 0 && Rune.TryGetRuneAt(token, 0, out Rune rune) && rune.Utf16SequenceLength == token.Length ? rune.Value : -1;

    /// <summary>One of the two.</summary>
    private readonly record struct Stage(MetaspaceStep? Metaspace, SplitSteps? Splits);
}
