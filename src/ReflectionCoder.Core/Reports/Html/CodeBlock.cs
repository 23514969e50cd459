namespace ReflectionCoder.Reports.Html;

/// <summary>Code or output with numbered lines.</summary>
internal sealed record CodeBlock(string Caption, string Content, string Language) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        html.Markup("<figure class=\"code\"><figcaption>").Text(Caption);
        if (Language.Length > 0)
        {
            html.Element("span", Language, ("class", "language"));
        }

        html.Markup("</figcaption>");
        string[] lines = ShownText.Split(Content);
        if (lines.Length == 0)
        {
            html.Markup("<p class=\"empty\">empty</p></figure>\n");
            return;
        }

        (string[] first, int cut, string[] last) = ShownText.Shorten(lines);
        html.Open("pre", ("tabindex", "0"), ("role", "region"), ("aria-label", Caption)).Markup("<code>");
        WriteLines(html, first, 1);
        if (cut > 0)
        {
            html.Markup("<span class=\"gap\">");
            ShownText.WriteCut(html, cut, "more line");
            html.Markup("\n</span>");
            WriteLines(html, last, first.Length + cut + 1);
        }

        html.Markup("</code></pre></figure>\n");
    }

    private static void WriteLines(HtmlWriter html, string[] lines, int number)
    {
        foreach (string line in lines)
        {
            html.Open("span", ("class", "line"), ("data-line", HtmlWriter.Number(number++)));
            ShownText.WriteLine(html, line);
            html.Markup("\n</span>");
        }
    }
}
