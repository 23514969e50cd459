namespace ReflectionCoder.Evaluation.Statistics;

/// <summary>An estimate of pass@k with its confidence interval.</summary>
/// <param name="K">The k of pass@k, at least 1.</param>
/// <param name="Value">The unbiased estimate of Chen et al. 2021, averaged over the tasks; from 0 to 1.</param>
/// <param name="Low">Lower end of the interval; from 0 to <paramref name="Value"/>.</param>
/// <param name="High">Upper end of the interval; from <paramref name="Value"/> to 1.</param>
public sealed record PassEstimate(int K, double Value, double Low, double High)
{
    /// <summary>Estimates pass@k of a benchmark from a sample of its tasks.</summary>
    /// <param name="counts">How many completions each task has (at least <paramref name="k"/>), and how many of them passed.</param>
    /// <param name="k">The k of pass@k, at least 1.</param>
    /// <param name="level">Level of the interval, such as 0.95.</param>
    /// <returns>The estimate; 0 with the interval from 0 to 1 if there is no task.</returns>
    /// <remarks>
    /// <para>The interval is Wilson's score interval (Wilson 1927) with an effective number of tasks, as Dean and Pagano (2015, "Evaluating
    /// Confidence Interval Methods for Binomial Proportions in Clustered Surveys") recommend for clustered data: the number of independent
    /// yes-or-no trials that would scatter as much as the tasks' estimates do. With one completion a task that number is the number of
    /// tasks, and the interval is exactly Wilson's. Unlike a bootstrap over tasks, it needs no random numbers, stays within 0 and 1, and
    /// has a width even if all tasks pass or all fail.</para>
    /// <para>The number is never above what the completions could carry: n completions hold n/k independent tries of k.</para>
    /// </remarks>
    internal static PassEstimate Of(IReadOnlyList<(int Completions, int Passed)> counts, int k, double level)
    {
        if (counts.Count == 0)
        {
            return new PassEstimate(k, 0, 0, 1);
        }

        double[] estimates = [.. counts.Select(count => PassAtK.Estimate(count.Completions, count.Passed, k))];
        double mean = estimates.Average();
        double variance = estimates.Average(estimate => (estimate - mean) * (estimate - mean));
        double most = counts.Sum(count => (long)(count.Completions / k));
        double trials = variance > 0 ? counts.Count * mean * (1 - mean) / variance : most;

        // One that all tasks pass, or none, tells no scatter; then each task counts once.
        trials = mean is 0 or 1 ? counts.Count : Math.Clamp(trials, counts.Count, most);
        (double low, double high) = ScoreInterval.Of(mean, trials, level);
        return new PassEstimate(k, mean, low, high);
    }
}
