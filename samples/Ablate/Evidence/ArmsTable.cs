using System.Text;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Measuring;
using ReflectionCoder.Samples.Ablate.Results;

namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The table of arms: a row an arm, its seeds together.</summary>
/// <param name="table">The rows.</param>
/// <param name="any">A measured row; the kinds of tasks are its.</param>
internal sealed class ArmsTable(EvidenceTable table, ResultRow any)
{
    private readonly IReadOnlyList<string> kinds = [.. TaskKinds.All.Where(kind => any.Measured!.Kinds.ContainsKey(kind))];

    /// <summary>Writes bases and arms.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="arms">Their rows; at least one.</param>
    /// <param name="reference">The arm that others of the same base are compared with, beside the base.</param>
    public void Append(StringBuilder text, IEnumerable<ArmRows> arms, string reference)
    {
        _ = text.AppendHead([
            .. (string[])["arm", "seeds", "pass@1", "least to most"],
            .. kinds.Select(kind => $"{kind} ({any.Measured!.Kinds[kind].Tasks})"),
            .. (string[])["less base (95 %)", $"less {reference} (95 %)", "nll", "teacher nll"],
            .. (string[])["steps", "tokens", "TFLOP", "seconds"],
        ]);
        foreach (ArmRows arm in arms)
        {
            AppendArm(text, arm, reference);
        }
    }

    private void AppendArm(StringBuilder text, ArmRows arm, string reference)
    {
        double[] passed = [.. arm.Rows.Select(row => row.Measured!.PassAt1)];
        bool isBase = arm.Seeds.Count == 0;
        bool isComparable = !isBase && EvidenceTable.BaseOf(arm.Name) == EvidenceTable.BaseOf(reference);
        _ = text.AppendCells([
            arm.Name,
            arm.SeedsText,
            Markdown.Percent(arm.PassAt1),
            passed.Length > 1 ? $"{Markdown.Percent(passed.Min())} to {Markdown.Percent(passed.Max())}" : Markdown.Missing,
            .. kinds.Select(kind => Markdown.Percent(arm.Mean(row => Share(row, kind)))),
            isBase ? Markdown.Missing : Show(table.GainOf(arm)),
            isComparable ? Show(table.Compare(TaskChoice.All, [arm.Name], [reference])) : Markdown.Missing,
            Markdown.Number(arm.Mean(row => row.Measured!.Nll), "F4"),
            Markdown.Number(arm.Mean(row => row.Measured!.TeacherNll), "F4"),
            Markdown.Number(arm.Mean(row => row.Training?.Steps), "N0"),
            Markdown.Number(arm.Mean(row => row.Training?.PackedTokens), "N0"),
            Markdown.Number(arm.Mean(row => row.Training?.FloatingPointOperations / 1e12), "N1"),
            Markdown.Number(arm.Mean(row => row.Training?.Seconds), "N0"),
        ]);
    }

    private static string Show(Interval? interval) => interval?.ToString() ?? Markdown.Missing;

    private static double? Share(ResultRow row, string kind) =>
        row.Measured!.Kinds.TryGetValue(kind, out KindScore? score) ? (double)score.Solved / score.Tasks : null;
}
