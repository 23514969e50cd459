namespace ReflectionCoder.Reports.Html;

/// <summary>A line that unfolds more blocks.</summary>
internal sealed record DetailBlock(string Summary, IReadOnlyList<ReportBlock> Blocks, string? Anchor, ReportTone Tone) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        html.Open("details", ("class", HtmlWriter.ClassOf(Tone))).Element("summary", Summary);

        // A browser unfolds what holds the target of a link. That is why the id stands inside.
        html.Open("div", ("class", "unfolded"), ("id", Anchor is null ? null : HtmlWriter.IdOf(Anchor))).Markup("\n");
        foreach (ReportBlock block in Blocks)
        {
            block.Write(html);
        }

        html.Markup("</div></details>\n");
    }
}

/// <summary>Blocks side by side.</summary>
internal sealed record SideBySideBlock(IReadOnlyList<ReportBlock> Blocks) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        html.Markup("<div class=\"side-by-side\">\n");
        foreach (ReportBlock block in Blocks)
        {
            html.Markup("<div>");
            block.Write(html);
            html.Markup("</div>\n");
        }

        html.Markup("</div>\n");
    }
}
