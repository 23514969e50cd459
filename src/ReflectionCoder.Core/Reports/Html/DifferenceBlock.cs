using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace ReflectionCoder.Reports.Html;

/// <summary>The lines that one text has and another hasn't, each with some of the lines around it.</summary>
internal sealed record DifferenceBlock(string Caption, string Before, string After, string BeforeName, string AfterName) : ReportBlock
{
    /// <summary>Equal lines that are shown before and after a difference.</summary>
    private const int Context = 3;

    internal override void Write(HtmlWriter html)
    {
        html.Markup("<figure class=\"code difference\"><figcaption>").Text(Caption);
        html.Element("span", "− " + BeforeName, ("class", "legend removed")).Element("span", "+ " + AfterName, ("class", "legend added"));
        html.Markup("</figcaption>");
        if (Before == After)
        {
            html.Markup("<p class=\"empty\">The texts are equal.</p></figure>\n");
            return;
        }

        html.Open("pre", ("tabindex", "0"), ("role", "region"), ("aria-label", Caption)).Markup("<code>");
        (string[] before, int cutBefore) = Shortened(Before);
        (string[] after, int cutAfter) = Shortened(After);
        WriteLines(html, InlineDiffBuilder.Diff(string.Join('\n', before), string.Join('\n', after), ignoreWhiteSpace: false).Lines);
        WriteGap(html, Math.Max(cutBefore, cutAfter), "further line");
        html.Markup("</code></pre></figure>\n");
    }

    private static (string[] Lines, int Cut) Shortened(string text)
    {
        string[] lines = ShownText.Split(text);
        int shown = ShownText.CountShown(lines, 1);
        return (lines[..shown], lines.Length - shown);
    }

    private static void WriteLines(HtmlWriter html, List<DiffPiece> lines)
    {
        for (int start = 0; start < lines.Count; )
        {
            bool equal = lines[start].Type == ChangeType.Unchanged;
            int end = start;
            while (end < lines.Count && lines[end].Type == ChangeType.Unchanged == equal)
            {
                end++;
            }

            if (equal)
            {
                WriteEqual(html, lines[start..end], before: start == 0 ? 0 : Context, after: end == lines.Count ? 0 : Context);
            }
            else
            {
                WriteChanged(html, lines[start..end]);
            }

            start = end;
        }
    }

    private static void WriteEqual(HtmlWriter html, List<DiffPiece> lines, int before, int after)
    {
        int hidden = lines.Count - before - after;
        foreach ((int index, DiffPiece line) in lines.Index())
        {
            if (hidden <= 1 || index < before || index >= before + hidden)
            {
                Begin(html, "line", "  ");
                ShownText.WriteLine(html, line.Text);
                html.Markup("\n</span>");
            }
            else if (index == before)
            {
                WriteGap(html, hidden, "equal line");
            }
        }
    }

    /// <summary>Lines that were replaced are compared with their successors: what differs in them is marked.</summary>
    private static void WriteChanged(HtmlWriter html, List<DiffPiece> lines)
    {
        string[] removed = [.. lines.Where(line => line.Type == ChangeType.Deleted).Select(line => line.Text)];
        string[] added = [.. lines.Where(line => line.Type == ChangeType.Inserted).Select(line => line.Text)];
        WriteAll("line removed", "− ", removed, added);
        WriteAll("line added", "+ ", added, removed);

        void WriteAll(string style, string sign, string[] own, string[] others)
        {
            foreach ((int index, string line) in own.Index())
            {
                Begin(html, style, sign);
                WriteMarked(html, line, index < others.Length ? others[index] : null);
                html.Markup("\n</span>");
            }
        }
    }

    private static void WriteMarked(HtmlWriter html, string line, string? other)
    {
        int start = 0;
        int end = line.Length;
        if (other is not null)
        {
            start = ShownText.Boundary(line, line.AsSpan().CommonPrefixLength(other));
            int otherEnd = other.Length;
            while (end > start && otherEnd > start && line[end - 1] == other[otherEnd - 1])
            {
                end--;
                otherEnd--;
            }

            end += end < line.Length && char.IsLowSurrogate(line[end]) ? 1 : 0;
        }

        // Of a long line the part around the difference is shown, wherever it is.
        int most = ShownText.LineCharacters / 4;
        WritePart(html, line[..start], fromEnd: true, line.Length <= ShownText.LineCharacters ? int.MaxValue : most);
        if (start < end && (start > 0 || end < line.Length))
        {
            html.Markup("<mark>");
            WritePart(html, line[start..end], fromEnd: false, 2 * most);
            html.Markup("</mark>");
        }
        else
        {
            WritePart(html, line[start..end], fromEnd: false, ShownText.LineCharacters);
        }

        WritePart(html, line[end..], fromEnd: false, line.Length <= ShownText.LineCharacters ? int.MaxValue : most);
    }

    private static void WritePart(HtmlWriter html, string part, bool fromEnd, int most)
    {
        if (part.Length <= most)
        {
            html.Text(part);
        }
        else if (fromEnd)
        {
            int from = ShownText.Boundary(part, part.Length - most);
            ShownText.WriteCut(html, from, "more character");
            html.Text(part.AsSpan(from));
        }
        else
        {
            int to = ShownText.Boundary(part, most);
            html.Text(part.AsSpan(0, to));
            ShownText.WriteCut(html, part.Length - to, "more character");
        }
    }

    private static void WriteGap(HtmlWriter html, int count, string what)
    {
        if (count > 0)
        {
            html.Markup("<span class=\"gap\">");
            ShownText.WriteCut(html, count, what);
            html.Markup("\n</span>");
        }
    }

    private static void Begin(HtmlWriter html, string style, string sign) =>
        html.Open("span", ("class", style)).Element("span", sign, ("class", "sign"));
}
