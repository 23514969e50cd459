namespace ReflectionCoder.Optimization;

/// <summary>The warm-up that all schedules share.</summary>
internal static class LearningRateWarmup
{
    /// <summary>Computes the warm-up steps from a ratio: ceil(maxSteps · ratio), as Hugging Face's trainer does.</summary>
    /// <param name="ratio">Share of the run, 0 to 1.</param>
    /// <param name="maxSteps">Optimizer steps of the whole run, at least 0.</param>
    /// <returns>The steps, rounded up.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument lies outside its range.</exception>
    public static long Steps(double ratio, long maxSteps)
    {
        if (!(ratio >= 0 && ratio <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "A warm-up ratio lies from 0 to 1.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(maxSteps);
        return (long)Math.Ceiling(maxSteps * ratio);
    }

    internal static double Factor(long step, long warmupSteps) => step / (double)Math.Max(1, warmupSteps);

    internal static void Check(long step, long warmupSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
    }
}
