namespace ReflectionCoder.Evaluation.Statistics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>The lowest level of an interval.</summary>
    public const double LowestLevel = 0.5;

    /// <summary>The highest level of an interval; the series below is exact up to here.</summary>
    public const double HighestLevel = 0.9999;

    /// <summary>The z for which a normal variable lies between -z and z with a probability: 1.96 for 0.95.</summary>
    /// <param name="level">The probability, from <see cref="LowestLevel"/> to <see cref="HighestLevel"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is out of range.</exception>
    public static double TwoSidedQuantile(double level)
    {
        if (!IsLevel(level))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, $"The level must be from {LowestLevel} to {HighestLevel}.");
        }

        // Newton's method. The curve bends downwards, so that from 0 the steps never pass the solution.
        double z = 0;
        for (double step = 1; step > 1e-12 * z; )
        {
            double density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
            step = ((level / 2) - Above0(z, density)) / density;
            z += step;
        }

        return z;
    }

    /// <summary>Whether a level is in range.</summary>
    public static bool IsLevel(double level) => level >= LowestLevel && level <= HighestLevel;

    /// <summary>The probability between 0 and z: φ(z)·(z + z³/3 + z⁵/15 + …), whose terms are all positive.</summary>
    private static double Above0(double z, double density)
    {
        double sum = 0;
        double term = z;
        for (int divisor = 3; term > 1e-17 * sum; divisor += 2)
        {
            sum += term;
            term *= z * z / divisor;
        }

        return density * sum;
    }
}
