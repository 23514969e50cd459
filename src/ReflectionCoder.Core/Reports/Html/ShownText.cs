using System.Globalization;

namespace ReflectionCoder.Reports.Html;

/// <summary>What a page shows of long texts: enough to see what happened, and little enough that a browser stays quick.</summary>
internal static class ShownText
{
    /// <summary>The most lines of one text.</summary>
    private const int Lines = 600;

    /// <summary>The most characters of one line.</summary>
    public const int LineCharacters = 2000;

    /// <summary>The most characters of one text.</summary>
    private const int Characters = 48_000;

    /// <summary>Splits a text into lines. Line ends may be LF, CRLF or CR; one at the end of the text begins no further line.</summary>
    public static string[] Split(string text)
    {
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        return lines is [.., ""] ? lines[..^1] : lines;
    }

    /// <summary>
    /// Cuts lines out of the middle of a text that is too long. A third of what stays is its end, where tracebacks tell most.
    /// </summary>
    /// <returns>The lines before the cut and after it, and how many were cut out.</returns>
    public static (string[] First, int Cut, string[] Last) Shorten(string[] lines)
    {
        if (CountShown(lines, 1) == lines.Length)
        {
            return (lines, 0, []);
        }

        int first = CountShown(lines, 2.0 / 3);
        int last = CountShown(lines.Reverse(), 1.0 / 3);
        return (lines[..first], lines.Length - first - last, lines[^last..]);
    }

    /// <summary>How many lines fit into a share of what a page shows of one text.</summary>
    public static int CountShown(IEnumerable<string> lines, double share)
    {
        int count = 0;
        int size = 0;
        foreach (string line in lines)
        {
            size += Math.Min(line.Length, LineCharacters);
            if (count == (int)(Lines * share) || size > Characters * share)
            {
                break;
            }

            count++;
        }

        return count;
    }

    /// <summary>Writes a line, and says how much of it was left out.</summary>
    public static void WriteLine(HtmlWriter html, string line)
    {
        if (line.Length <= LineCharacters)
        {
            html.Text(line);
            return;
        }

        int end = Boundary(line, LineCharacters);
        html.Text(line.AsSpan(0, end));
        WriteCut(html, line.Length - end, "more character");
    }

    /// <summary>Writes what is said instead of what was left out.</summary>
    public static void WriteCut(HtmlWriter html, int count, string what)
    {
        string plural = count == 1 ? "" : "s";
        html.Element("span", string.Create(CultureInfo.InvariantCulture, $"… {count:N0} {what}{plural} …"), ("class", "cut"));
    }

    /// <summary>A position at which a text can be cut without breaking a surrogate pair: this one or the one before.</summary>
    public static int Boundary(string text, int position) =>
        position > 0 && position < text.Length && char.IsHighSurrogate(text[position - 1]) && char.IsLowSurrogate(text[position])
            ? position - 1
            : position;
}
