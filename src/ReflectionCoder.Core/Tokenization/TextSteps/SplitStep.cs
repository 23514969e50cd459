using System.Buffers;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>What becomes of the matches of a <see cref="PatternSplit"/>. The names are those of Hugging Face's <c>Split</c>.</summary>
internal enum SplitBehavior
{
    /// <summary>Each match is a piece.</summary>
    Isolated,

    /// <summary>Matches are removed.</summary>
    Removed,

    /// <summary>Matches next to each other are one piece together.</summary>
    Contiguous,

    /// <summary>A match is joined to the text before it.</summary>
    MergedWithPrevious,

    /// <summary>A match is joined to the text after it.</summary>
    MergedWithNext,
}

/// <summary>One step of pre-tokenization. Thread-safe.</summary>
internal abstract record PreTokenizationStep;

/// <summary>A step that splits pieces and changes no text.</summary>
internal abstract record SplitStep : PreTokenizationStep
{
    /// <summary>Splits a piece.</summary>
    /// <param name="piece">The piece. It has one placeholder for each character above U+FFFF.</param>
    /// <param name="offset">Index of the piece in the whole text.</param>
    /// <param name="pieces">The new pieces are appended here; none is empty.</param>
    public abstract void Split(ReadOnlySpan<char> piece, int offset, List<(int Offset, int Length)> pieces);
}

/// <summary>Splits at the matches of a regular expression.</summary>
/// <param name="Pattern">The expression.</param>
/// <param name="Behavior">What becomes of a match.</param>
/// <param name="Inverts">Whether the text between the matches is treated as matched, and the matches are not.</param>
internal sealed record PatternSplit(Regex Pattern, SplitBehavior Behavior = SplitBehavior.Isolated, bool Inverts = false) : SplitStep
{
    private readonly Lazy<SearchValues<char>?> needed = new(() => SplitPattern.NeededBy(Pattern));

    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> piece, int offset, List<(int Offset, int Length)> pieces)
    {
        if (!Inverts && needed.Value is SearchValues<char> characters && !piece.ContainsAny(characters))
        {
            // Most pieces hold no match. To know that without the regular expression is ten times as fast.
            pieces.Add((offset, piece.Length));
            return;
        }

        if (Behavior != SplitBehavior.Isolated)
        {
            SplitBehaviors.Apply(Behavior, FindsIn(piece), offset, pieces);
            return;
        }

        int end = 0;
        foreach (ValueMatch match in Pattern.EnumerateMatches(piece))
        {
            if (match.Index > end)
            {
                pieces.Add((offset + end, match.Index - end));
            }

            if (match.Length > 0)
            {
                pieces.Add((offset + match.Index, match.Length));
            }

            end = match.Index + match.Length;
        }

        if (end < piece.Length)
        {
            pieces.Add((offset + end, piece.Length - end));
        }
    }

    private List<(int Length, bool IsFound)> FindsIn(ReadOnlySpan<char> piece)
    {
        List<(int, bool)> finds = [];
        int end = 0;
        foreach (ValueMatch match in Pattern.EnumerateMatches(piece))
        {
            if (match.Index > end)
            {
                finds.Add((match.Index - end, Inverts));
            }

            finds.Add((match.Length, !Inverts));
            end = match.Index + match.Length;
        }

        if (end < piece.Length)
        {
            finds.Add((piece.Length - end, Inverts));
        }

        return finds;
    }
}

/// <summary>Splits digits of any script from the rest: each digit by itself, or digits next to each other together.</summary>
internal sealed record DigitSplit(bool Individual) : SplitStep
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> piece, int offset, List<(int Offset, int Length)> pieces)
    {
        int start = 0;
        for (int i = 1; i <= piece.Length; i++)
        {
            bool digit = char.IsNumber(piece[i - 1]);
            if (i == piece.Length || digit != char.IsNumber(piece[i]) || (digit && Individual))
            {
                pieces.Add((offset + start, i - start));
                start = i;
            }
        }
    }
}

/// <summary>Makes pieces of the matches and the text between them.</summary>
internal static class SplitBehaviors
{
    public static void Apply(
        SplitBehavior behavior,
        List<(int Length, bool IsFound)> finds,
        int offset,
        List<(int Offset, int Length)> pieces
    )
    {
        int first = pieces.Count;
        bool before = false;
        for (int i = 0; i < finds.Count; i++)
        {
            (int length, bool found) = finds[i];
            bool joins = behavior switch
            {
                SplitBehavior.Contiguous => found == before,
                SplitBehavior.MergedWithPrevious => found && !before,

                // The parts are read from the end. A match is joined to the part after it, unless that is a match, too.
                SplitBehavior.MergedWithNext => i > 0 && !found && before,
                _ => false,
            };
            before = found;
            if (found && behavior == SplitBehavior.Removed)
            {
                offset += length;
                continue;
            }

            if (joins && pieces.Count > first)
            {
                (int start, int joined) = pieces[^1];
                pieces[^1] = (start, joined + length);
            }
            else
            {
                pieces.Add((offset, length));
            }

            offset += length;
        }

        for (int i = pieces.Count - 1; i >= first; i--)
        {
            if (pieces[i].Length == 0)
            {
                pieces.RemoveAt(i);
            }
        }
    }
}
