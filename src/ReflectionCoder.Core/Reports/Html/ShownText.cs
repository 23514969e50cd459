using System.Globalization;

namespace ReflectionCoder.Reports.Html;

/// <summary>What a page shows of long texts: enough to see what happened, and little enough that a browser stays quick.</summary>
internal static class ShownText
{
    /// <summary>The most lines of one text.</summary>
    public const int Lines = 600;

    /// <summary>The most characters of one line.</summary>
    public const int LineCharacters = 2000;

    /// <summary>How many of the last lines stay, because a traceback tells most at its end.</summary>
    private const int LastLines = 200;

    /// <summary>Splits a text into lines. Line ends may be LF, CRLF or CR; one at the end of the text begins no further line.</summary>
    public static string[] Split(string text)
    {
        string[] lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');
        return lines is [.., ""] ? lines[..^1] : lines;
    }

    /// <summary>Cuts lines out of the middle of a text that has too many of them.</summary>
    /// <returns>The lines before the cut and after it, and how many were cut out.</returns>
    public static (string[] First, int Cut, string[] Last) Shorten(string[] lines) =>
        lines.Length <= Lines ? (lines, 0, []) : (lines[..(Lines - LastLines)], lines.Length - Lines, lines[^LastLines..]);

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
