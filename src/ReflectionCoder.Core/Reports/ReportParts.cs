namespace ReflectionCoder.Reports;

/// <summary>What a part of a report means for its reader. It decides the colour; the text must say the same.</summary>
public enum ReportTone
{
    /// <summary>No judgement.</summary>
    Neutral,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Not as it should be.</summary>
    Bad,

    /// <summary>The reader should know before relying on it.</summary>
    Warning,
}

/// <summary>An important number of a report.</summary>
/// <param name="Name">What it is, such as <c>pass@1</c>.</param>
/// <param name="Value">The number with its unit, such as <c>71.95 %</c>.</param>
/// <param name="Note">What helps to read it, such as its interval. The default value is empty.</param>
/// <param name="Tone">What it means. The default value is <see cref="ReportTone.Neutral"/>.</param>
public sealed record ReportFigure(string Name, string Value, string Note = "", ReportTone Tone = ReportTone.Neutral);

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="IsNumber">Whether its cells are numbers: aligned to the right, and sorted by size. The default value is false.</param>
/// <param name="IsChoice">Whether the reader can choose one of its values as a filter. The default value is false.</param>
public sealed record ReportColumn(string Title, bool IsNumber = false, bool IsChoice = false);

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it shows.</param>
/// <param name="Number">The value by which it is sorted. The default value is null: sorted by its text.</param>
/// <param name="Anchor">
/// The detail of the same page that it leads to (<see cref="ReportBlock.Detail"/>). The default value is null: none.
/// </param>
/// <param name="Tone">What it means. The default value is <see cref="ReportTone.Neutral"/>.</param>
public sealed record ReportCell(string Text, double? Number = null, string? Anchor = null, ReportTone Tone = ReportTone.Neutral)
{
    /// <summary>Makes a cell of a text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator ReportCell(string text) => new(text);
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it shows; at most six lines of a chart can be told apart by colour.</param>
/// <param name="Points">Its points, from left to right.</param>
public sealed record ReportLine(string Name, IReadOnlyList<(double X, double Y)> Points);
