using System.Globalization;
using System.Text;
using ReflectionCoder.Evaluation.Reporting;

namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>The most important numbers of runs as plain text.</summary>
internal static class TrainingText
{
    private const int LongestName = 40;

    /// <summary>The first and last values of the runs, and pass@1 of the evaluations, as tables. Lines end in line feeds.</summary>
    public static string Of(IReadOnlyList<RunMetrics> runs, IReadOnlyList<EvaluationReport> evaluations)
    {
        StringBuilder text = new();
        IReadOnlyList<FirstAndLast> measured = FirstAndLast.Of(runs);
        if (measured.Count > 0)
        {
            Append(
                text,
                ["metric", "run", "first", "at step", "last", "at step"],
                [
                    .. measured.Select(row =>
                        (string[])[row.Metric.Name, row.Run, Value(row.First), Step(row.First.Step), Value(row.Last), Step(row.Last.Step)]
                    ),
                ]
            );
        }

        if (evaluations.Count > 0)
        {
            text.Append(text.Length > 0 ? "\n" : "");
            Append(
                text,
                ["evaluation", "tasks", "pass@1", "interval"],
                [
                    .. evaluations.Select(report =>
                        (string[])
                            [
                                report.Name,
                                report.Total.ToString(CultureInfo.InvariantCulture),
                                Words.Percent(report.PassAt1.Value),
                                $"{Words.Interval(report.PassAt1)} ({Words.Level(report.Level)})",
                            ]
                    ),
                ]
            );
        }

        return text.ToString();
    }

    /// <summary>A metric's value with as many digits as a reader can use.</summary>
    public static string Value(MetricPoint point) => Number(point.Value);

    /// <summary>A number with as many digits as a reader can use.</summary>
    public static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Step(long step) => step.ToString(CultureInfo.InvariantCulture);

    /// <summary>Columns as wide as they need to be, two spaces apart; the last ones to the right, as numbers are.</summary>
    private static void Append(StringBuilder text, string[] titles, IReadOnlyList<string[]> rows)
    {
        string[][] all = [titles, .. rows.Select(row => (string[])[.. row.Select(Shown)])];
        int[] widths = [.. titles.Select((_, column) => all.Max(row => row[column].Length))];
        int names = titles[1] == "run" ? 2 : 1;
        foreach (string[] row in all)
        {
            IEnumerable<string> cells = row.Select((cell, i) => i < names ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
    }

    /// <summary>What a file or an argument calls something may be long and move the cursor of a terminal.</summary>
    private static string Shown(string cell)
    {
        string start = cell.Length > LongestName ? cell[..LongestName] + "…" : cell;
        return string.Concat(start.Select(character => char.IsControl(character) ? '?' : character));
    }
}
