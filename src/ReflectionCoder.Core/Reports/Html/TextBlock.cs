namespace ReflectionCoder.Reports.Html;

/// <summary>Paragraphs.</summary>
internal sealed record TextBlock(string Content, ReportTone Tone) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        string? tone = HtmlWriter.ClassOf(Tone);
        html.Open("div", ("class", tone is null ? "text" : $"text notice {tone}"), ("role", tone is null ? null : "note"));
        foreach (string paragraph in string.Join('\n', ShownText.Split(Content)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            html.Element("p", paragraph.Trim('\n'));
        }

        html.Markup("</div>\n");
    }
}
