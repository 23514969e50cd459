namespace ReflectionCoder.Reports.Html;

/// <summary>A horizontal bar for each value. It is a table, so that it is read out as one.</summary>
internal sealed record BarsBlock(string Caption, IReadOnlyList<(string Name, ReportCell Value)> Items) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        double longest = Items.Select(bar => LengthOf(bar.Value)).DefaultIfEmpty().Max();
        html.Markup("<table class=\"bars\">").Element("caption", Caption).Markup("\n<tbody>\n");
        foreach ((string name, ReportCell value) in Items)
        {
            double width = longest > 0 ? 100 * LengthOf(value) / longest : 0;
            html.Markup("<tr>").Element("th", name, ("scope", "row")).Markup("<td class=\"number\">").Text(value.Text);
            html.Markup("</td><td class=\"bar\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
            html.Open("rect", ("width", HtmlWriter.Number(width)), ("height", "10"), ("class", HtmlWriter.ClassOf(value.Tone) ?? "plain"));
            html.Markup("</rect></svg></td></tr>\n");
        }

        html.Markup("</tbody></table>\n");
    }

    private static double LengthOf(ReportCell value) => value.Number is { } number && double.IsFinite(number) ? Math.Max(0, number) : 0;
}
