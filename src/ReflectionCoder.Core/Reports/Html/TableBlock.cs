namespace ReflectionCoder.Reports.Html;

/// <summary>A table. The page's script adds what sorts and filters it.</summary>
internal sealed record TableBlock(string Caption, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows)
    : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        html.Markup("<div class=\"data\">");
        html.Open("div", ("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", Caption));
        html.Markup("<table>").Element("caption", Caption).Markup("\n<thead><tr>");
        foreach (ReportColumn column in Columns)
        {
            html.Element(
                "th",
                column.Title,
                ("scope", "col"),
                ("class", column.IsNumber ? "number" : null),
                ("data-choice", column.IsChoice ? "" : null)
            );
        }

        html.Markup("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<ReportCell> row in Rows)
        {
            html.Markup("<tr>");
            foreach ((int index, ReportCell cell) in row.Index())
            {
                WriteCell(html, cell, Columns[index], isFirst: index == 0);
            }

            html.Markup("</tr>\n");
        }

        html.Markup("</tbody></table></div></div>\n");
    }

    private static void WriteCell(HtmlWriter html, ReportCell cell, ReportColumn column, bool isFirst)
    {
        string element = isFirst ? "th" : "td";
        html.Open(
            element,
            ("scope", isFirst ? "row" : null),
            (
                "class",
                column.IsNumber ? "number"
                : column.IsChoice ? "choice"
                : null
            ),
            ("data-sort", cell.Number is { } number && double.IsFinite(number) ? HtmlWriter.Number(number) : null)
        );
        string? tone = HtmlWriter.ClassOf(cell.Tone);
        if (tone is not null)
        {
            html.Open("span", ("class", "tag " + tone));
        }

        if (cell.Anchor is not null)
        {
            html.Open("a", ("href", "#" + HtmlWriter.IdOf(cell.Anchor)));
        }

        ShownText.WriteLine(html, cell.Text);
        html.Markup(cell.Anchor is null ? "" : "</a>").Markup(tone is null ? "" : "</span>").Close(element);
    }
}
