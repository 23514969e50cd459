using System.Text;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The report's tables and numbers.</summary>
internal static class Markdown
{
    /// <summary>What stands in a cell without a number.</summary>
    public const string Missing = "–";

    public static string Percent(double share) => double.IsNaN(share) ? Missing : $"{100 * share:F1} %";

    public static string Number(double value, string format) => double.IsNaN(value) ? Missing : value.ToString(format);

    /// <summary>The table's head and the line below it.</summary>
    public static StringBuilder AppendHead(this StringBuilder text, params IReadOnlyList<string> cells) =>
        text.AppendCells([.. cells]).AppendCells([.. cells.Select(_ => "---")]);

    public static StringBuilder AppendCells(this StringBuilder text, params IReadOnlyList<string> cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
