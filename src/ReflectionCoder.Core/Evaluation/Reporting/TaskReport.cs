using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>The completions of one problem and what became of them.</summary>
/// <param name="TaskId">Id of the problem.</param>
/// <param name="Results">The results, ordered by <see cref="EvaluationResult.Sample"/>; at least one.</param>
/// <param name="PassAt1">
/// The share of completions that passed, and its interval. Of a single completion the interval says next to nothing.
/// </param>
public sealed record TaskReport(string TaskId, IReadOnlyList<EvaluationResult> Results, PassEstimate PassAt1)
{
    /// <summary>Number of completions that passed.</summary>
    public int Passed => Results.Count(result => result.Passed);

    /// <summary>Whether all completions were judged, so that the task says something about them.</summary>
    internal bool IsJudged => Results.All(result => result.IsVerdict);

    /// <summary>Whether a completion was judged, and none passed.</summary>
    internal bool IsFailing => Passed == 0 && Results.Any(result => result.IsVerdict);

    /// <summary>Makes the report of one problem.</summary>
    internal static TaskReport Of(string taskId, IEnumerable<EvaluationResult> results, double level)
    {
        EvaluationResult[] ordered = [.. results.OrderBy(result => result.Sample)];
        int passed = ordered.Count(result => result.Passed);
        double share = (double)passed / ordered.Length;
        (double low, double high) = ScoreInterval.Of(share, ordered.Length, level);
        return new TaskReport(taskId, ordered, new PassEstimate(1, share, low, high));
    }

    /// <summary>Estimates pass@1 and pass@k of many tasks.</summary>
    internal static PassEstimate[] Estimate(
        IReadOnlyList<TaskReport> tasks,
        IReadOnlyList<int> k,
        double level,
        Func<EvaluationResult, bool> passes
    )
    {
        (int, int)[] counts = [.. tasks.Select(task => (task.Results.Count, task.Results.Count(passes)))];
        return [.. k.Append(1).Distinct().Order().Select(value => PassEstimate.Of(counts, value, level))];
    }

    /// <summary>Whether a completion ended so.</summary>
    internal bool Has(params ReadOnlySpan<SandboxOutcome> outcomes)
    {
        foreach (EvaluationResult result in Results)
        {
            if (outcomes.Contains(result.Outcome))
            {
                return true;
            }
        }

        return false;
    }
}
