using ReflectionCoder.Evaluation.Statistics;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>Two runs on the same problems, task by task. Immutable.</summary>
/// <remarks>
/// Both runs face the same tasks, so the tasks on which they agree tell nothing about which is better. Looking at the others finds smaller
/// differences than two separate intervals would.
/// </remarks>
public sealed record EvaluationComparison
{
    /// <summary>What the first run evaluated; <c>first</c> if its report has no name, or the same as the second's.</summary>
    public required string First { get; init; }

    /// <summary>What the second run evaluated; <c>second</c> if its report has no name, or the same as the first's.</summary>
    public required string Second { get; init; }

    /// <summary>Number of tasks that are compared: both runs attempted them, and all their completions were judged.</summary>
    public required int Tasks { get; init; }

    /// <summary>pass@1 of the first run on the tasks that are compared.</summary>
    public required double FirstPassAt1 { get; init; }

    /// <summary>pass@1 of the second run on the tasks that are compared.</summary>
    public required double SecondPassAt1 { get; init; }

    /// <summary>The second run's pass@1 less the first's, from -1 to 1.</summary>
    public double Difference => SecondPassAt1 - FirstPassAt1;

    /// <summary>
    /// Lower end of the difference's interval: the adjusted Wald interval of Bonett and Price (2012) for paired data.
    /// </summary>
    public required double Low { get; init; }

    /// <summary>Upper end of the difference's interval.</summary>
    public required double High { get; init; }

    /// <summary>Level of the interval: that of the second run's report.</summary>
    public required double Level { get; init; }

    /// <summary>
    /// How likely two equally good runs would differ at least so one-sidedly, from 0 to 1. With one completion a task it is McNemar's exact
    /// two-sided test; otherwise the exact sign test on the tasks' pass rates, which is the same for one completion.
    /// </summary>
    public required double PValue { get; init; }

    /// <summary>Whether each task that is compared has one completion in each run.</summary>
    public required bool OneCompletionATask { get; init; }

    /// <summary>
    /// The tasks on which the runs differ, each with the first run's part and the second's: with one completion a task those that only one
    /// of them passes, otherwise those with different pass rates.
    /// </summary>
    public required IReadOnlyList<(TaskReport First, TaskReport Second)> Differing { get; init; }

    /// <summary>Ids of the tasks that are left out, because only one run attempted them, or a completion wasn't judged.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>What else differs between the runs, such as their limits, in words; empty if nothing is known to.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Tasks on which the first run does better; with one completion a task, those that only it passes.</summary>
    public IReadOnlyList<string> OnlyFirst =>
        [.. Differing.Where(pair => pair.First.PassAt1.Value > pair.Second.PassAt1.Value).Select(pair => pair.First.TaskId)];

    /// <summary>Tasks on which the second run does better; with one completion a task, those that only it passes.</summary>
    public IReadOnlyList<string> OnlySecond =>
        [.. Differing.Where(pair => pair.First.PassAt1.Value < pair.Second.PassAt1.Value).Select(pair => pair.First.TaskId)];

    /// <summary>Compares two runs.</summary>
    /// <exception cref="ArgumentException">
    /// The reports name different benchmarks, or have no task in common that was judged in both.
    /// </exception>
    internal static EvaluationComparison Of(EvaluationReport first, EvaluationReport second)
    {
        if (first.Benchmark.Length > 0 && second.Benchmark.Length > 0 && first.Benchmark != second.Benchmark)
        {
            throw new ArgumentException($"The first report is of '{first.Benchmark}', the second of '{second.Benchmark}'.", nameof(first));
        }

        Dictionary<string, TaskReport> ofFirst = first.Tasks.ToDictionary(task => task.TaskId);
        HashSet<string> ofSecond = [.. second.Tasks.Select(task => task.TaskId)];
        (TaskReport First, TaskReport Second)[] pairs =
        [
            .. second
                .Tasks.Where(task => ofFirst.TryGetValue(task.TaskId, out TaskReport? other) && task.IsJudged && other.IsJudged)
                .Select(task => (ofFirst[task.TaskId], task)),
        ];
        if (pairs.Length == 0)
        {
            throw new ArgumentException("The reports have no task in common that was judged in both.", nameof(first));
        }

        HashSet<string> compared = [.. pairs.Select(pair => pair.First.TaskId)];
        (TaskReport First, TaskReport Second)[] differing = [.. pairs.Where(pair => pair.First.PassAt1.Value != pair.Second.PassAt1.Value)];
        int better = differing.Count(pair => pair.First.PassAt1.Value > pair.Second.PassAt1.Value);
        double[] differences = [.. pairs.Select(pair => pair.Second.PassAt1.Value - pair.First.PassAt1.Value)];
        (_, double low, double high) = PairedTest.Difference(differences, second.Level);
        bool named = first.Name.Length > 0 && second.Name.Length > 0 && first.Name != second.Name;
        return new EvaluationComparison
        {
            First = named ? first.Name : "first",
            Second = named ? second.Name : "second",
            Tasks = pairs.Length,
            FirstPassAt1 = pairs.Average(pair => pair.First.PassAt1.Value),
            SecondPassAt1 = pairs.Average(pair => pair.Second.PassAt1.Value),
            Low = low,
            High = high,
            Level = second.Level,
            PValue = PairedTest.ExactP(better, differing.Length - better),
            OneCompletionATask = pairs.All(pair => pair is { First.Results.Count: 1, Second.Results.Count: 1 }),
            Differing = differing,
            LeftOut =
            [
                .. second.Tasks.Select(task => task.TaskId).Where(id => !compared.Contains(id)),
                .. first.Tasks.Select(task => task.TaskId).Where(id => !ofSecond.Contains(id)),
            ],
            Notes = [.. NotesOn(first, second)],
        };
    }

    private static IEnumerable<string> NotesOn(EvaluationReport first, EvaluationReport second)
    {
        if (first.Limits != second.Limits)
        {
            yield return $"The limits differ: {OutcomeWords.Of(first.Limits)} in the first run, "
                + $"{OutcomeWords.Of(second.Limits)} in the second.";
        }

        if (first.Extractor != second.Extractor)
        {
            yield return $"The code was cut out of answers differently: {first.Extractor ?? "by nothing"} in the first run, "
                + $"{second.Extractor ?? "by nothing"} in the second.";
        }

        if (first.OneProcess.Count != second.OneProcess.Count)
        {
            yield return $"Verdicts from one process, which are protected less well: {first.OneProcess.Count} tasks in the first run, "
                + $"{second.OneProcess.Count} in the second.";
        }
    }
}
