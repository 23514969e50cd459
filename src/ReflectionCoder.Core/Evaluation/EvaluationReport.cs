using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>Counts and pass@k over an evaluation's results.</summary>
public sealed record EvaluationReport
{
    /// <summary>Problems of the benchmark.</summary>
    public required int Problems { get; init; }

    /// <summary>Problems with at least one completion; pass@k is over these.</summary>
    public required int Attempted { get; init; }

    /// <summary>Completions tested.</summary>
    public required int Completions { get; init; }

    /// <summary>Completions by how they ended; <see cref="SandboxOutcome.Passed"/> are those that passed the tests.</summary>
    public required IReadOnlyDictionary<SandboxOutcome, int> Outcomes { get; init; }

    /// <summary>pass@k by k, averaged over the attempted problems.</summary>
    public required IReadOnlyDictionary<int, double> PassAtK { get; init; }

    /// <summary>Completions that passed.</summary>
    public int Passed => Outcomes.GetValueOrDefault(SandboxOutcome.Passed);

    /// <summary>Sums up results.</summary>
    /// <param name="problems">The benchmark.</param>
    /// <param name="results">Its results, in any order.</param>
    /// <param name="k">Which pass@k to estimate.</param>
    /// <returns>The counts and estimates.</returns>
    /// <exception cref="ArgumentException">A k is below 1 or above the number of some problem's samples.</exception>
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
                        counts.Length == 0 ? 0 : counts.Average(count => Evaluation.PassAtK.Estimate(count.Samples, count.Passed, value))
                ),
        };
    }
}
