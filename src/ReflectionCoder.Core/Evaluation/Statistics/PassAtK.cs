namespace ReflectionCoder.Evaluation.Statistics;

/// <summary>pass@k: the chance that at least one of k samples passes.</summary>
internal static class PassAtK
{
    /// <summary>The unbiased estimate 1 - C(n-c, k) / C(n, k) of Chen et al. 2021, computed as a product, which can't overflow.</summary>
    /// <param name="n">Samples drawn, at least <paramref name="k"/>.</param>
    /// <param name="c">Samples that passed, from 0 to <paramref name="n"/>.</param>
    /// <param name="k">The k of pass@k, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double Estimate(int n, int c, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, k);
        ArgumentOutOfRangeException.ThrowIfNegative(c);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(c, n);
        if (n - c < k)
        {
            return 1;
        }

        // C(n-c, k) / C(n, k) = Π (1 - c / i), i = n-k+1 … n
        double failure = 1;
        for (int i = n - k + 1; i <= n; i++)
        {
            failure *= 1 - ((double)c / i);
        }

        return 1 - failure;
    }
}
