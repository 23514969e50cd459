namespace ReflectionCoder.Evaluation.Statistics;

/// <summary>What two runs on the same tasks tell about which is better.</summary>
internal static class PairedTest
{
    /// <summary>
    /// The exact two-sided test of McNemar (1947): how likely it is that, of the tasks on which two equally good runs differ, at least as
    /// many favour one of them. It is the sign test: a binomial with probability one half.
    /// </summary>
    /// <param name="first">Tasks on which the first run does better, at least 0.</param>
    /// <param name="second">Tasks on which the second run does better, at least 0.</param>
    /// <returns>The probability, from 0 to 1; 1 if the runs differ nowhere.</returns>
    public static double ExactP(int first, int second)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(second);
        int few = Math.Min(first, second);
        double all = (double)first + second;
        if (first == second)
        {
            return 1;
        }

        // The largest term, C(all, few) / 2^all, as a logarithm, because neither number fits a double. The others follow from it.
        double largest = -all * Math.Log(2);
        for (int i = 1; i <= few; i++)
        {
            largest += Math.Log((all - few + i) / i);
        }

        double sum = 1;
        double term = 1;
        for (int i = few; i > 0 && term > 1e-18 * sum; i--)
        {
            term *= i / (all - i + 1);
            sum += term;
        }

        return Math.Min(1, 2 * Math.Exp(largest + Math.Log(sum)));
    }

    /// <summary>The interval of the mean difference of two runs, task by task.</summary>
    /// <param name="differences">For each task the second run's pass rate less the first's, from -1 to 1; at least one.</param>
    /// <param name="level">Level of the interval, such as 0.95.</param>
    /// <returns>The mean and the interval's ends, from -1 to 1.</returns>
    /// <remarks>
    /// The adjusted Wald interval of Bonett and Price (2012, "Adjusted Wald Confidence Interval for a Difference of Binomial Proportions
    /// Based on Paired Data"): as if there were two more tasks, of which each run alone passes one. That holds the level even if the runs
    /// differ on few tasks, or on none. For pass rates of several completions the same two tasks are added, which only widens the interval.
    /// </remarks>
    public static (double Mean, double Low, double High) Difference(IReadOnlyList<double> differences, double level)
    {
        ArgumentOutOfRangeException.ThrowIfZero(differences.Count);
        double total = differences.Sum();
        double n = differences.Count + 2;
        double middle = total / n;
        double variance = Math.Max(0, ((differences.Sum(difference => difference * difference) + 2) / n) - (middle * middle));
        double half = NormalDistribution.TwoSidedQuantile(level) * Math.Sqrt(variance / n);
        return (total / differences.Count, Math.Max(-1, middle - half), Math.Min(1, middle + half));
    }
}
