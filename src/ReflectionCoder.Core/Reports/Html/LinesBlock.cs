using System.Globalization;

namespace ReflectionCoder.Reports.Html;

/// <summary>Lines over a common axis, drawn as SVG, with their values as a table while there are few.</summary>
internal sealed record LinesBlock(string Caption, string XName, string YName, IReadOnlyList<ReportLine> Series) : ReportBlock
{
    private const double Width = 720;
    private const double Height = 300;
    private const double Left = 64;
    private const double Right = 704;
    private const double Top = 12;
    private const double Bottom = 248;
    private const double Largest = 1e300; // so that no sum of the axes overflows
    private const int MostPoints = 500;
    private const int MostListed = 100;
    private const int Styles = 6;

    internal override void Write(HtmlWriter html)
    {
        ReportLine[] lines = [.. Series.Select(line => line with { Points = Thin(line.Points) })];
        (double X, double Y)[] points = [.. lines.SelectMany(line => line.Points)];
        html.Markup("<figure class=\"chart\"><figcaption>").Text(Caption).Markup("</figcaption>");
        if (points.Length == 0)
        {
            html.Markup("<p class=\"empty\">no values</p></figure>\n");
            return;
        }

        Axis x = new(points.Min(point => point.X), points.Max(point => point.X), Left, Right);
        Axis y = new(points.Min(point => point.Y), points.Max(point => point.Y), Bottom, Top);
        string label = $"{Caption}: {YName} over {XName} for {string.Join(", ", lines.Select(line => line.Name))}";
        html.Open("div", ("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", Caption));
        html.Open("svg", ("viewBox", $"0 0 {Width} {Height}"), ("role", "img"), ("aria-label", label));
        WriteAxes(html, x, y);
        foreach ((int index, ReportLine line) in lines.Index())
        {
            string style = StyleOf(index);
            string path = string.Join(' ', line.Points.Select(point => $"{Place(x, point.X)},{Place(y, point.Y)}"));
            html.Open("polyline", ("points", path), ("class", style)).Close("polyline");
            foreach ((double px, double py) in line.Points.Count <= 40 ? line.Points : [])
            {
                html.Open("circle", ("cx", Place(x, px)), ("cy", Place(y, py)), ("r", "3"), ("class", style)).Close("circle");
            }
        }

        html.Markup("</svg></div>\n<ul class=\"legend\">");
        foreach ((int index, ReportLine line) in lines.Index())
        {
            html.Markup("<li><svg viewBox=\"0 0 24 8\" aria-hidden=\"true\">");
            html.Open("polyline", ("points", "0,4 24,4"), ("class", StyleOf(index))).Markup("</polyline></svg>").Text(line.Name);
            html.Markup("</li>");
        }

        html.Markup("</ul>");
        if (points.Length <= MostListed)
        {
            WriteValues(html, lines);
        }

        html.Markup("</figure>\n");
    }

    private void WriteAxes(HtmlWriter html, Axis x, Axis y)
    {
        foreach (double tick in y.Ticks)
        {
            string at = Place(y, tick);
            html.Open("line", ("x1", Attr(Left)), ("x2", Attr(Right)), ("y1", at), ("y2", at), ("class", "grid")).Close("line");
            html.Element("text", Shown(tick), ("x", Attr(Left - 8)), ("y", at), ("dy", "4"), ("text-anchor", "end"));
        }

        foreach (double tick in x.Ticks)
        {
            html.Element("text", Shown(tick), ("x", Place(x, tick)), ("y", Attr(Bottom + 20)), ("text-anchor", "middle"));
        }

        html.Element("text", XName, ("x", Attr((Left + Right) / 2)), ("y", Attr(Height - 8)), ("text-anchor", "middle"), ("class", "axis"));
        html.Element(
            "text",
            YName,
            ("transform", $"translate(14 {Attr((Top + Bottom) / 2)}) rotate(-90)"),
            ("text-anchor", "middle"),
            ("class", "axis")
        );
    }

    private void WriteValues(HtmlWriter html, ReportLine[] lines)
    {
        html.Markup("<details><summary>Values</summary><div class=\"unfolded\">\n");
        IReadOnlyList<ReportCell>[] rows =
        [
            .. lines.SelectMany(line =>
                line.Points.Select(point => (ReportCell[])[line.Name, new(Shown(point.X), point.X), new(Shown(point.Y), point.Y)])
            ),
        ];
        new TableBlock(Caption, [new("Line"), new(XName, IsNumber: true), new(YName, IsNumber: true)], rows).Write(html);
        html.Markup("</div></details>\n");
    }

    /// <summary>Of many points the lowest and the highest of each stretch stay, so that no peak is lost.</summary>
    private static (double X, double Y)[] Thin(IReadOnlyList<(double X, double Y)> points)
    {
        (double X, double Y)[] finite = [.. points.Where(point => Math.Abs(point.X) <= Largest && Math.Abs(point.Y) <= Largest)];
        if (finite.Length <= MostPoints)
        {
            return finite;
        }

        int stretch = ((2 * finite.Length) + MostPoints - 1) / MostPoints;
        return
        [
            .. finite
                .Chunk(stretch)
                .SelectMany(chunk => ((IEnumerable<(double X, double Y)>)[chunk.MinBy(p => p.Y), chunk.MaxBy(p => p.Y)]).OrderBy(p => p.X)),
        ];
    }

    private static string StyleOf(int index) => $"line-{(index % Styles) + 1}";

    private static string Place(Axis axis, double value) => Attr(Math.Round(axis.Place(value), 2));

    private static string Attr(double value) => HtmlWriter.Number(value);

    private static string Shown(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
