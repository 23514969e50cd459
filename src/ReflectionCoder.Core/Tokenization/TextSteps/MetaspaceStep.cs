using System.Text;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>Before which pieces a word-start character is put.</summary>
internal enum PrependScheme
{
    /// <summary>All.</summary>
    Always,

    /// <summary>Only the one at the start of the whole text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}

/// <summary>
/// Replaces spaces by a visible word-start character (usually U+2581). It also puts one before pieces that don't begin with one, and may
/// split the text before each.
/// </summary>
/// <param name="Replacement">The word-start character.</param>
/// <param name="Scheme">Before which pieces one is put.</param>
/// <param name="Splits">Whether each word-start character begins a new piece.</param>
internal sealed record MetaspaceStep(char Replacement, PrependScheme Scheme, bool Splits) : PreTokenizationStep
{
    /// <summary>Rewrites and splits pieces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">The text's pieces; replaced by the pieces of the new text.</param>
    /// <param name="atStart">Whether the first piece is at the start of the whole text.</param>
    /// <returns>The new text.</returns>
    public string Apply(string text, ref List<(int Offset, int Length)> pieces, bool atStart)
    {
        List<(int Offset, int Length)> finer = new(text.Length / 4);
        StringBuilder output = new(text.Length + pieces.Count);
        foreach ((int offset, int length) in pieces)
        {
            int start = output.Length;
            if (
                text[offset] != ' '
                && text[offset] != Replacement
                && (Scheme == PrependScheme.Always || (Scheme == PrependScheme.First && atStart && offset == 0))
            )
            {
                output.Append(Replacement);
            }

            int from = output.Length;
            output.Append(text, offset, length).Replace(' ', Replacement, from, length);
            finer.Add((start, output.Length - start));
        }

        string result = output.ToString();
        pieces = Splits ? Split(result, finer) : finer;
        return result;
    }

    private List<(int Offset, int Length)> Split(ReadOnlySpan<char> text, List<(int Offset, int Length)> pieces)
    {
        List<(int Offset, int Length)> words = new(text.Length / 4);
        foreach ((int offset, int length) in pieces)
        {
            int start = 0;
            ReadOnlySpan<char> piece = text.Slice(offset, length);
            while (start < length)
            {
                int next = piece[(start + 1)..].IndexOf(Replacement);
                int end = next < 0 ? length : start + 1 + next;

                // Of several word-start characters in a row, each is a piece by itself, except that the last one begins the word's piece.
                words.Add((offset + start, end - start));
                start = end;
            }
        }

        return words;
    }
}
