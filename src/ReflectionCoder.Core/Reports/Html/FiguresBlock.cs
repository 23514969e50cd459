namespace ReflectionCoder.Reports.Html;

/// <summary>Numbers, side by side.</summary>
internal sealed record FiguresBlock(IReadOnlyList<ReportFigure> Items) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        html.Markup("<dl class=\"figures\">\n");
        foreach (ReportFigure figure in Items)
        {
            html.Open("div", ("class", HtmlWriter.ClassOf(figure.Tone)));
            html.Element("dt", figure.Name).Markup("<dd>").Element("strong", figure.Value);
            if (figure.Note.Length > 0)
            {
                html.Element("span", figure.Note);
            }

            html.Markup("</dd></div>\n");
        }

        html.Markup("</dl>\n");
    }
}
