using ReflectionCoder.Reports.Html;

namespace ReflectionCoder.Reports;

/// <summary>Something that a report shows: figures, a table, text, code, a difference, a chart, or more of them to unfold.</summary>
internal abstract record ReportBlock
{
    private protected ReportBlock() { }

    /// <summary>Writes the block into a page.</summary>
    internal abstract void Write(HtmlWriter html);

    /// <summary>Shows the report's most important numbers, side by side.</summary>
    /// <param name="figures">The numbers.</param>
    public static ReportBlock Figures(IReadOnlyList<ReportFigure> figures) => new FiguresBlock(figures);

    /// <summary>Shows paragraphs of plain text. An empty line begins a new paragraph.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tone">
    /// What it means for the reader. Text that isn't neutral stands out. The default value is <see cref="ReportTone.Neutral"/>.
    /// </param>
    public static ReportBlock Text(string text, ReportTone tone = ReportTone.Neutral) => new TextBlock(text, tone);

    /// <summary>Shows a table, which a reader can sort and filter.</summary>
    /// <param name="caption">What the table shows; screen readers announce it.</param>
    /// <param name="columns">The columns, at least one. The first names the row.</param>
    /// <param name="rows">The rows; each has as many cells as there are columns.</param>
    /// <exception cref="ArgumentException">There is no column, or a row has another number of cells.</exception>
    public static ReportBlock Table(string caption, IReadOnlyList<ReportColumn> columns, IReadOnlyList<IReadOnlyList<ReportCell>> rows)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(rows);
        if (columns.Count == 0)
        {
            throw new ArgumentException("A table needs at least one column.", nameof(columns));
        }

        foreach ((int index, IReadOnlyList<ReportCell> row) in rows.Index())
        {
            if (row.Count != columns.Count)
            {
                throw new ArgumentException($"Row {index} has {row.Count} cells; the table has {columns.Count} columns.", nameof(rows));
            }
        }

        return new TableBlock(caption, columns, rows);
    }

    /// <summary>
    /// Shows code or output in a fixed-width font with numbered lines. Very long lines and texts are shortened, and say so.
    /// </summary>
    /// <param name="caption">What the code is.</param>
    /// <param name="code">The code.</param>
    /// <param name="language">Its language, which the page names. The default value is empty: none.</param>
    public static ReportBlock Code(string caption, string code, string language = "") => new CodeBlock(caption, code, language);

    /// <summary>Shows line by line how a text differs from another. Very long lines and texts are shortened, and say so.</summary>
    /// <param name="caption">What is compared.</param>
    /// <param name="before">The text that lines were taken from, such as what was expected.</param>
    /// <param name="after">The text that lines were added to, such as what was given.</param>
    /// <param name="beforeName">What the first text is. The default value is <c>expected</c>.</param>
    /// <param name="afterName">What the second text is. The default value is <c>actual</c>.</param>
    public static ReportBlock Difference(
        string caption,
        string before,
        string after,
        string beforeName = "expected",
        string afterName = "actual"
    ) => new DifferenceBlock(caption, before, after, beforeName, afterName);

    /// <summary>Shows a line that unfolds more blocks.</summary>
    /// <param name="summary">The line.</param>
    /// <param name="blocks">What unfolds.</param>
    /// <param name="anchor">
    /// The name by which a <see cref="ReportCell.Anchor"/> of the same page leads here; unique in the page. The default value is null:
    /// none.
    /// </param>
    /// <param name="tone">What it means for the reader. The default value is <see cref="ReportTone.Neutral"/>.</param>
    public static ReportBlock Detail(
        string summary,
        IReadOnlyList<ReportBlock> blocks,
        string? anchor = null,
        ReportTone tone = ReportTone.Neutral
    ) => new DetailBlock(summary, blocks, anchor, tone);

    /// <summary>Shows blocks side by side where the screen is wide enough, such as two programs.</summary>
    /// <param name="blocks">The blocks, from the left.</param>
    public static ReportBlock SideBySide(IReadOnlyList<ReportBlock> blocks) => new SideBySideBlock(blocks);

    /// <summary>Shows one horizontal bar for each value.</summary>
    /// <param name="caption">What the chart shows.</param>
    /// <param name="bars">The bars: what each is, and its length in <see cref="ReportCell.Number"/>, at least 0.</param>
    public static ReportBlock Bars(string caption, IReadOnlyList<(string Name, ReportCell Value)> bars) => new BarsBlock(caption, bars);

    /// <summary>Shows lines over a common axis, such as a loss over the steps of a run.</summary>
    /// <param name="caption">What the chart shows.</param>
    /// <param name="xName">What the horizontal axis measures.</param>
    /// <param name="yName">What the vertical axis measures.</param>
    /// <param name="lines">The lines. Points beyond 1e300, or that are no numbers, are left out.</param>
    public static ReportBlock Lines(string caption, string xName, string yName, IReadOnlyList<ReportLine> lines) =>
        new LinesBlock(caption, xName, yName, lines);

    /// <summary>Shows many things to unfold, which a reader can filter by text, by choices and by ranges of numbers.</summary>
    /// <param name="caption">What they are.</param>
    /// <param name="choices">The names of the choices, such as <c>Language</c>.</param>
    /// <param name="ranges">The names of the numbers that a range can be set of.</param>
    /// <param name="cards">The things; each has a value for each choice and each range.</param>
    /// <param name="mark">
    /// What the marked pieces of passages are, so that a reader can turn the marks off. The default value is empty: nothing is marked.
    /// </param>
    /// <exception cref="ArgumentException">A card has another number of values.</exception>
    public static ReportBlock Cards(
        string caption,
        IReadOnlyList<string> choices,
        IReadOnlyList<string> ranges,
        IReadOnlyList<ReportCard> cards,
        string mark = ""
    )
    {
        ArgumentNullException.ThrowIfNull(choices);
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentNullException.ThrowIfNull(cards);
        foreach ((int index, ReportCard card) in cards.Index())
        {
            if (card.Choices.Count != choices.Count || card.Numbers.Count != ranges.Count)
            {
                throw new ArgumentException($"Card {index} doesn't have one value for each choice and each range.", nameof(cards));
            }
        }

        return new CardsBlock(caption, choices, ranges, cards, mark);
    }

    /// <summary>Shows a text with a colour for its kind. A very long text is shortened, and says so.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="caption">The same in words.</param>
    /// <param name="note">What else is said of it, such as its length. May be empty.</param>
    /// <param name="pieces">The text in pieces, some of which may stand out.</param>
    public static ReportBlock Passage(ReportPassageKind kind, string caption, string note, IReadOnlyList<ReportPiece> pieces) =>
        new PassageBlock(kind, caption, note, pieces);
}
