using System.Text;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>Which pieces get a word start put before them.</summary>
internal enum PrependScheme
{
    /// <summary>All.</summary>
    Always,

    /// <summary>The one that the whole text starts with.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}

/// <summary>
/// Writes spaces as a visible word start (U+2581 as a rule), puts one before pieces that lack it, and may split before each.
/// </summary>
/// <param name="Replacement">The word start.</param>
/// <param name="Scheme">Which pieces get one.</param>
/// <param name="Splits">Whether each word start begins a piece.</param>
internal sealed record MetaspaceStep(char Replacement, PrependScheme Scheme, bool Splits) : PreTokenizationStep
{
    /// <summary>Rewrites and splits pieces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">Its pieces; replaced by those of the result.</param>
    /// <param name="atStart">Whether the whole text starts with the first piece.</param>
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

                // A run of word starts is one piece each but for the last, which the word joins.
                words.Add((offset + start, end - start));
                start = end;
            }
        }

        return words;
    }
}
