namespace ReflectionCoder.Samples.Ablate.Evidence;

/// <summary>The mean of what two arms differ by, seed by seed, with the ends of its 95 % interval: what other seeds may give.</summary>
internal sealed record SeedInterval(double Mean, double Low, double High)
{
    /// <summary>The fewest seeds that an interval is made of.</summary>
    public const int FewestSeeds = 3;

    /// <summary>The 97.5th percentiles of Student's t distribution with 2, 3, … degrees of freedom; beyond, 2 is near enough.</summary>
    private static readonly double[] Percentiles = [4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

    /// <summary>Student's interval of a mean: mean ± t · s / √n.</summary>
    /// <param name="differences">One number a seed, at least <see cref="FewestSeeds"/>.</param>
    public static SeedInterval Of(IReadOnlyList<double> differences)
    {
        int count = differences.Count;
        double mean = differences.Average();
        double deviation = Math.Sqrt(differences.Sum(value => (value - mean) * (value - mean)) / (count - 1));
        double percentile = Percentiles.ElementAtOrDefault(count - FewestSeeds) is > 0 and var found ? found : 2;
        double half = percentile * deviation / Math.Sqrt(count);
        return new SeedInterval(mean, mean - half, mean + half);
    }

    /// <summary>What the interval says of a likelihood's negative logarithm, where less is better.</summary>
    public string Verdict =>
        High < 0 ? "lower"
        : Low > 0 ? "higher"
        : "not told apart";

    public override string ToString() => $"{Show(Mean)} ({Show(Low)} to {Show(High)})";

    private static string Show(double value) => $"{value:+0.0000;-0.0000;0.0000}";
}
