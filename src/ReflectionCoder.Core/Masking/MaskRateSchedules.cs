using System.Globalization;

namespace ReflectionCoder.Masking;

/// <summary>The mask rate schedules that come with the library. They are thread-safe and keep no state.</summary>
public static class MaskRateSchedules
{
    /// <summary>The paper's schedule: the rate is (global step + 1) / max steps, at most 1.</summary>
    public static IMaskRateSchedule Linear { get; } = new LinearMaskRateSchedule();

    /// <summary>Creates a schedule that gives the same rate at every step.</summary>
    /// <param name="rate">The rate, from 0 to 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rate"/> is not a number from 0 to 1.</exception>
    public static IMaskRateSchedule Constant(double rate) => new ConstantMaskRateSchedule(rate);

    /// <summary>
    /// Creates a schedule with the rates that the paper's reference code really trains with, for comparing runs with it. The reference
    /// prepares each micro-batch while it trains the one before. So its rate is late by one micro-batch inside an epoch, and is 0 for the
    /// first two micro-batches of a run.
    /// </summary>
    /// <param name="microBatchesPerEpoch">
    /// Number of micro-batches in an epoch, at least 1; a multiple of <paramref name="gradientAccumulationSteps"/>.
    /// </param>
    /// <param name="gradientAccumulationSteps">Number of micro-batches in an optimizer step, at least 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static IMaskRateSchedule Reference(int microBatchesPerEpoch, int gradientAccumulationSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(microBatchesPerEpoch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(gradientAccumulationSteps);
        return new ReferenceMaskRateSchedule(microBatchesPerEpoch, gradientAccumulationSteps);
    }
}

internal sealed class LinearMaskRateSchedule : IMaskRateSchedule
{
    public string Identity => "linear";

    public double GetRate(long globalStep, long maxSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(globalStep);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSteps);
        return Math.Min((globalStep + 1) / (double)maxSteps, 1.0);
    }
}

internal sealed class ConstantMaskRateSchedule : IMaskRateSchedule
{
    private readonly double rate;

    public ConstantMaskRateSchedule(double rate)
    {
        MaskRate.Check(rate, nameof(rate));
        this.rate = rate;
    }

    public string Identity => $"constant({rate.ToString("R", CultureInfo.InvariantCulture)})";

    public double GetRate(long globalStep, long maxSteps) => rate;
}
