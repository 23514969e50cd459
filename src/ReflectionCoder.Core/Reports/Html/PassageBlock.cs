namespace ReflectionCoder.Reports.Html;

/// <summary>A text with a colour for its kind, in which pieces may be marked.</summary>
internal sealed record PassageBlock(ReportPassageKind Kind, string Caption, string Note, IReadOnlyList<ReportPiece> Pieces) : ReportBlock
{
    private const int MostCharacters = 48_000;

    internal override void Write(HtmlWriter html)
    {
        string kind = Kind switch
        {
            ReportPassageKind.Instruction => "instruction",
            ReportPassageKind.Text => "words",
            ReportPassageKind.Code => "program",
            ReportPassageKind.Output => "output",
            _ => throw new ArgumentOutOfRangeException(nameof(html), Kind, "The kind is unknown."),
        };
        bool isPlain =
            Kind is ReportPassageKind.Instruction or ReportPassageKind.Text
            && !Pieces.Any(piece => piece.Text.Contains("```", StringComparison.Ordinal));
        html.Open("figure", ("class", $"passage {kind}{(isPlain ? " plain" : "")}")).Markup("<figcaption>").Element("span", Caption);
        if (Note.Length > 0)
        {
            html.Element("span", Note, ("class", "language"));
        }

        html.Markup("</figcaption>");
        if (Pieces.All(piece => piece.Text.Length == 0))
        {
            html.Markup("<p class=\"empty\">empty</p></figure>\n");
            return;
        }

        html.Open("pre", ("tabindex", "0"), ("role", "region"), ("aria-label", Caption));
        int left = MostCharacters;
        foreach (ReportPiece piece in Pieces)
        {
            string text = piece.Text.Length <= left ? piece.Text : piece.Text[..ShownText.Boundary(piece.Text, left)];
            left -= text.Length;
            if (text.Length > 0)
            {
                html.Markup(piece.IsMarked ? "<span class=\"hidden-part\">" : "").Text(text).Markup(piece.IsMarked ? "</span>" : "");
            }
        }

        int cut = Pieces.Sum(piece => piece.Text.Length) - (MostCharacters - left);
        if (cut > 0)
        {
            ShownText.WriteCut(html, cut, "more character");
        }

        html.Markup("</pre></figure>\n");
    }
}
