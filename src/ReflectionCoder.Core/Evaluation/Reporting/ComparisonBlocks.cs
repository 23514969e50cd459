using ReflectionCoder.Reports;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>The comparison of two runs on an evaluation's page.</summary>
internal static class ComparisonBlocks
{
    /// <summary>The most tasks that the page shows with both programs; the JSON files hold all.</summary>
    private const int MostShown = 500;

    /// <summary>Makes the blocks.</summary>
    public static List<ReportBlock> Of(EvaluationComparison comparison)
    {
        List<ReportBlock> blocks = [ReportBlock.Text(SentenceOf(comparison))];
        blocks.AddRange(comparison.Notes.Select(note => ReportBlock.Text(note, ReportTone.Warning)));
        if (comparison.LeftOut.Count > 0)
        {
            blocks.Add(
                ReportBlock.Text(
                    $"{Words.Count(comparison.LeftOut.Count, "task")} left out, because only one run attempted them, or a completion "
                        + "was not judged."
                )
            );
        }

        string test = comparison.OneCompletionATask ? "McNemar's exact test, two-sided" : "exact sign test, two-sided";
        blocks.Add(
            ReportBlock.Figures([
                new($"pass@1, {comparison.First}", Words.Percent(comparison.FirstPassAt1), $"on {Words.Count(comparison.Tasks, "task")}"),
                new($"pass@1, {comparison.Second}", Words.Percent(comparison.SecondPassAt1), "on the same tasks"),
                new(
                    "Difference in points",
                    Words.Points(comparison.Difference),
                    $"{Words.Points(comparison.Low)} to {Words.Points(comparison.High)} at a level of {Words.Percent(comparison.Level)}"
                ),
                new("p-value", Words.Probability(comparison.PValue), test),
            ])
        );
        string better = comparison.OneCompletionATask ? "only {0} passes" : "{0} is better";
        string firstBetter = better.Replace("{0}", comparison.First, StringComparison.Ordinal);
        string secondBetter = better.Replace("{0}", comparison.Second, StringComparison.Ordinal);
        blocks.Add(
            ReportBlock.Bars(
                "Tasks on which the runs differ",
                [
                    (secondBetter, Words.Bar(comparison.OnlySecond.Count, ReportTone.Good)),
                    (firstBetter, Words.Bar(comparison.OnlyFirst.Count, ReportTone.Bad)),
                ]
            )
        );
        foreach ((TaskReport first, TaskReport second) in comparison.Differing.Take(MostShown))
        {
            bool gained = second.PassAt1.Value > first.PassAt1.Value;
            blocks.Add(
                ReportBlock.Detail(
                    $"{second.TaskId} · {(gained ? secondBetter : firstBetter)}",
                    [ReportBlock.SideBySide([.. SideOf(comparison.First, first), .. SideOf(comparison.Second, second)])],
                    tone: gained ? ReportTone.Good : ReportTone.Bad
                )
            );
        }

        if (comparison.Differing.Count > MostShown)
        {
            blocks.Add(ReportBlock.Text($"The first {MostShown} of {comparison.Differing.Count} are shown; the JSON file names all."));
        }

        return blocks;
    }

    private static string SentenceOf(EvaluationComparison comparison)
    {
        string found = comparison switch
        {
            { PValue: <= 0.05, Difference: > 0 } => $"{comparison.Second} passes more. Chance alone would rarely make such a difference.",
            { PValue: <= 0.05, Difference: < 0 } => $"{comparison.First} passes more. Chance alone would rarely make such a difference.",
            { Differing.Count: 0 } => "The runs do not differ on any task.",
            _ => "The tasks do not show which of the two is better: chance alone could make such a difference.",
        };
        return $"{comparison.Second} compared with {comparison.First}. {found}";
    }

    /// <summary>One completion of a task: of several the first that passed, or the first if none did.</summary>
    private static IEnumerable<ReportBlock> SideOf(string name, TaskReport task)
    {
        EvaluationResult result = task.Results.FirstOrDefault(one => one.Passed) ?? task.Results[0];
        string passed = task.Results.Count == 1 ? TaskBlocks.ResultOf(task).Text : $"{task.Passed} of {task.Results.Count} passed";
        string error = result.Error.Length > 0 && !result.Passed ? $": {result.Error}" : "";
        yield return ReportBlock.Code($"{name} · {passed}{error}", result.Completion);
    }
}
