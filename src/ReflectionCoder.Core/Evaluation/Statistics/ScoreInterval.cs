namespace ReflectionCoder.Evaluation.Statistics;

/// <summary>Wilson's score interval of a proportion (Wilson 1927).</summary>
internal static class ScoreInterval
{
    /// <summary>Computes the interval.</summary>
    /// <param name="proportion">The proportion that was seen, from 0 to 1.</param>
    /// <param name="trials">How many independent trials it is of; above 0, not always whole.</param>
    /// <param name="level">Level of the interval, such as 0.95.</param>
    public static (double Low, double High) Of(double proportion, double trials, double level)
    {
        double z = NormalDistribution.TwoSidedQuantile(level);
        double square = z * z / trials;
        double middle = (proportion + (square / 2)) / (1 + square);
        double half = z / (1 + square) * Math.Sqrt(((proportion * (1 - proportion)) + (square / 4)) / trials);

        // At 0 and 1 an end is that number itself; rounding must not push it to the other side.
        return (
            proportion == 0 ? 0 : Math.Clamp(middle - half, 0, proportion),
            proportion == 1 ? 1 : Math.Clamp(middle + half, proportion, 1)
        );
    }
}
