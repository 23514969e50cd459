using System.Text;

namespace ReflectionCoder.Generation;

/// <summary>Looks for stop strings in text that comes in pieces. Holds back text that may be the beginning of one.</summary>
/// <remarks>
/// The stop string that is complete first counts; of those that end at the same place, the longest. So it makes no difference how the text
/// is cut into pieces.
/// </remarks>
internal sealed class StopStringFinder(IReadOnlyList<string> stops)
{
    private readonly StringBuilder held = new();

    /// <summary>Whether a stop string was found. Then everything after it is ignored.</summary>
    internal bool IsFound { get; private set; }

    /// <summary>Takes the next piece.</summary>
    /// <param name="piece">Text; may be empty.</param>
    /// <returns>The text that now certainly belongs to the answer.</returns>
    internal string Append(string piece)
    {
        if (IsFound || stops.Count == 0)
        {
            return IsFound ? "" : piece;
        }

        int searched = held.Length;
        string text = held.Append(piece).ToString();
        held.Clear();
        for (int end = searched + 1; end <= text.Length; end++)
        {
            if (LongestEndingAt(text.AsSpan(0, end)) is { } stop)
            {
                IsFound = true;
                return text[..(end - stop.Length)];
            }
        }

        int start = text.Length - LongestBeginning(text);
        held.Append(text, start, text.Length - start);
        return text[..start];
    }

    /// <summary>Ends the text.</summary>
    /// <returns>The text that was held back.</returns>
    internal string Finish()
    {
        string rest = IsFound ? "" : held.ToString();
        held.Clear();
        return rest;
    }

    private string? LongestEndingAt(ReadOnlySpan<char> text)
    {
        string? longest = null;
        foreach (string stop in stops)
        {
            if (stop.Length > (longest?.Length ?? 0) && text.EndsWith(stop, StringComparison.Ordinal))
            {
                longest = stop;
            }
        }

        return longest;
    }

    /// <summary>How many characters at the end of the text may be the beginning of a stop string.</summary>
    private int LongestBeginning(string text)
    {
        int longest = 0;
        foreach (string stop in stops)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
