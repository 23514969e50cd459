using System.Text.Json;

namespace ReflectionCoder.Reports.Html;

/// <summary>Many details. The page's script adds what filters them.</summary>
internal sealed record CardsBlock(
    string Caption,
    IReadOnlyList<string> Choices,
    IReadOnlyList<string> Ranges,
    IReadOnlyList<ReportCard> Items,
    string Mark
) : ReportBlock
{
    internal override void Write(HtmlWriter html)
    {
        html.Open(
            "div",
            ("class", "cards"),
            ("role", "group"),
            ("aria-label", Caption),
            ("data-choices", List(Choices)),
            ("data-ranges", List(Ranges)),
            ("data-mark", Mark.Length > 0 ? Mark : null)
        );
        html.Markup("\n");
        foreach (ReportCard card in Items)
        {
            html.Open(
                "details",
                ("class", "card"),
                ("data-choices", List(card.Choices.Select(List))),
                ("data-ranges", List(card.Numbers.Select(number => number is { } value ? HtmlWriter.Number(value) : "")))
            );
            html.Markup("<summary>").Text(card.Title).Element("span", card.Note, ("class", "note"));
            html.Markup("</summary><div class=\"unfolded\">\n");
            foreach (ReportBlock block in card.Blocks)
            {
                block.Write(html);
            }

            html.Markup("</div></details>\n");
        }

        html.Markup("</div>\n");
    }

    /// <summary>A list as JSON, which the script reads back whatever the texts hold.</summary>
    private static string List(IEnumerable<string> items) => JsonSerializer.Serialize(items);
}
