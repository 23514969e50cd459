using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Reports;

namespace ReflectionCoder.FineTuning.Reporting;

/// <summary>pass@1 of evaluations on the page of training runs.</summary>
internal static class PassBlocks
{
    /// <summary>Makes the blocks.</summary>
    public static IReadOnlyList<ReportBlock> Of(IReadOnlyList<EvaluationReport> evaluations)
    {
        List<ReportBlock> blocks = [.. WarningsOf(evaluations).Select(warning => ReportBlock.Text(warning, ReportTone.Warning))];
        blocks.Add(
            ReportBlock.Text(
                "pass@1 is the chance that one answer to a held-out problem passes its tests. The interval says how much it would scatter "
                    + "over other problems of the same kind. Whether two models differ is told better by a comparison task by task, which "
                    + "the report of an evaluation can hold."
            )
        );
        blocks.Add(
            ReportBlock.Table(
                "pass@1 by evaluation",
                [
                    new("Evaluation"),
                    new("Benchmark"),
                    new("Tasks", IsNumber: true),
                    new("Completions", IsNumber: true),
                    new("pass@1", IsNumber: true),
                    new("Interval", IsNumber: true),
                    new("Level", IsNumber: true),
                ],
                [
                    .. evaluations.Select(report =>
                        (ReportCell[])
                            [
                                report.Name,
                                report.Benchmark,
                                new(Words.Number(report.Total), report.Total),
                                new(Words.Number(report.Completions), report.Completions),
                                new(Words.Percent(report.PassAt1.Value), report.PassAt1.Value),
                                new(Words.Interval(report.PassAt1), report.PassAt1.Low),
                                new(Words.Level(report.Level), report.Level),
                            ]
                    ),
                ]
            )
        );
        return blocks;
    }

    /// <summary>What a reader has to know before comparing the numbers.</summary>
    private static IEnumerable<string> WarningsOf(IReadOnlyList<EvaluationReport> evaluations)
    {
        HashSet<string> tasks = [.. evaluations[0].Tasks.Select(task => task.TaskId)];
        if (
            evaluations.Any(report =>
                report.Benchmark != evaluations[0].Benchmark || !tasks.SetEquals(report.Tasks.Select(task => task.TaskId))
            )
        )
        {
            yield return "The evaluations are not of the same tasks, so their pass@1 can't be compared.";
        }

        foreach (EvaluationReport report in evaluations)
        {
            int unjudged = report.NotJudged.Count + report.ToolchainMissing.Count;
            if (unjudged > 0)
            {
                yield return $"{report.Name}: {Words.Subject(unjudged, "task", "was", "were")} not judged and "
                    + $"{(unjudged == 1 ? "counts" : "count")} as not passed.";
            }
        }
    }
}
