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

        string test = comparison.OneCompletionATask ? "McNemar's exact test,\ntwo-sided" : "exact sign test,\ntwo-sided";
        blocks.Add(
            ReportBlock.Figures([
                new($"pass@1, {comparison.First}", Words.Percent(comparison.FirstPassAt1), $"on {Words.Count(comparison.Tasks, "task")}"),
                new($"pass@1, {comparison.Second}", Words.Percent(comparison.SecondPassAt1), "on the same tasks"),
                new(
                    "Difference in points",
                    Words.Points(comparison.Difference),
                    $"{Words.Level(comparison.Level)} interval\n{Words.Points(comparison.Low)} to {Words.Points(comparison.High)}"
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
        (TaskReport First, TaskReport Second)[] shown = [.. comparison.Differing.Take(MostShown)];
        blocks.AddRange(GroupOf(comparison, secondBetter, [.. shown.Where(pair => IsGain(pair))], ReportTone.Good));
        blocks.AddRange(GroupOf(comparison, firstBetter, [.. shown.Where(pair => !IsGain(pair))], ReportTone.Bad));
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

    private static bool IsGain((TaskReport First, TaskReport Second) pair) => pair.Second.PassAt1.Value > pair.First.PassAt1.Value;

    /// <summary>The tasks on which one run does better, each with both programs; nothing if there is none.</summary>
    private static IEnumerable<ReportBlock> GroupOf(
        EvaluationComparison comparison,
        string title,
        (TaskReport First, TaskReport Second)[] pairs,
        ReportTone tone
    )
    {
        if (pairs.Length > 0)
        {
            ReportBlock[] tasks =
            [
                .. pairs.Select(pair =>
                    ReportBlock.Detail(
                        pair.First.TaskId,
                        [ReportBlock.SideBySide([SideOf(comparison.First, pair.First), SideOf(comparison.Second, pair.Second)])]
                    )
                ),
            ];
            yield return ReportBlock.Detail($"{title}: {Words.Count(pairs.Length, "task")}", tasks, tone: tone);
        }
    }

    /// <summary>One completion of a task: of several the first that passed, or the first if none did.</summary>
    private static ReportBlock SideOf(string name, TaskReport task)
    {
        EvaluationResult result = task.Results.FirstOrDefault(one => one.Passed) ?? task.Results[0];
        string passed = task.Results.Count == 1 ? TaskBlocks.ResultOf(task).Text : $"{task.Passed} of {task.Results.Count} passed";
        string error = result.Error.Length > 0 && !result.Passed ? $": {result.Error}" : "";
        return ReportBlock.Code($"{name} · {passed}{error}", result.Completion);
    }
}
