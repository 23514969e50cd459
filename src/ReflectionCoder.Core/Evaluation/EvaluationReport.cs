using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>Counts and pass@k of an evaluation.</summary>
public sealed record EvaluationReport
{
    /// <summary>Number of problems in the benchmark.</summary>
    public required int Problems { get; init; }

    /// <summary>Number of problems with at least one completion. pass@k is the average over these.</summary>
    public required int Attempted { get; init; }

    /// <summary>Number of completions that were tested.</summary>
    public required int Completions { get; init; }

    /// <summary>
    /// Number of completions for each outcome that occurred. <see cref="SandboxOutcome.Passed"/> counts those that passed all tests.
    /// </summary>
    public required IReadOnlyDictionary<SandboxOutcome, int> Outcomes { get; init; }

    /// <summary>
    /// For each k the estimate of pass@k, from 0 to 1: the chance that at least one of k samples passes (Chen et al. 2021), averaged over
    /// the attempted problems.
    /// </summary>
    public required IReadOnlyDictionary<int, double> PassAtK { get; init; }

    /// <summary>Number of completions that passed all tests.</summary>
    public int Passed => Outcomes.GetValueOrDefault(SandboxOutcome.Passed);

    /// <summary>Makes the report of an evaluation.</summary>
    /// <param name="problems">The problems of the benchmark.</param>
    /// <param name="results">The results, in any order.</param>
    /// <param name="k">The values of k for which pass@k is estimated; each at least 1.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">A k is below 1, or an attempted problem has fewer than k samples.</exception>
    public static EvaluationReport Create(
        IReadOnlyList<EvaluationProblem> problems,
        IReadOnlyList<EvaluationResult> results,
        IReadOnlyList<int> k
    )
    {
        ArgumentNullException.ThrowIfNull(problems);
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(k);
        (int Samples, int Passed)[] counts =
        [
            .. results.GroupBy(result => result.TaskId).Select(group => (group.Count(), group.Count(result => result.Passed))),
        ];
        int fewest = counts.Length == 0 ? int.MaxValue : counts.Min(count => count.Samples);
        foreach (int value in k)
        {
            if (value < 1 || value > fewest)
            {
                throw new ArgumentException(
                    $"pass@{value} needs at least {Math.Max(1, value)} samples of each problem; there are {fewest}.",
                    nameof(k)
                );
            }
        }

        return new EvaluationReport
        {
            Problems = problems.Count,
            Attempted = counts.Length,
            Completions = results.Count,
            Outcomes = results.GroupBy(result => result.Outcome).ToDictionary(group => group.Key, group => group.Count()),
            PassAtK = k.Distinct()
                .ToDictionary(
                    value => value,
                    value =>
                        counts.Length == 0 ? 0 : counts.Average(count => Statistics.PassAtK.Estimate(count.Samples, count.Passed, value))
                ),
        };
    }
}
