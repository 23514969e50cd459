using System.Globalization;

namespace ReflectionCoder.Masking;

/// <summary>The schedules that come with the library. They keep nothing between calls.</summary>
public static class MaskRateSchedules
{
    /// <summary>The paper's schedule: (global step + 1) / max steps, at most 1.</summary>
    public static IMaskRateSchedule Linear { get; } = new LinearMaskRateSchedule();

    /// <summary>The same rate at every step.</summary>
    /// <param name="rate">The rate, 0 to 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rate"/> is not a number from 0 to 1.</exception>
    public static IMaskRateSchedule Constant(double rate) => new ConstantMaskRateSchedule(rate);

    /// <summary>
    /// The rate the reference trains with: its loader prepares a micro-batch while the one before is trained, so the rate lags by one
    /// micro-batch inside an epoch, and the first two of a run get 0. For parity runs.
    /// </summary>
    /// <param name="microBatchesPerEpoch">Micro-batches of an epoch, a multiple of <paramref name="gradientAccumulationSteps"/>.</param>
    /// <param name="gradientAccumulationSteps">Micro-batches of an optimizer step, at least 1.</param>
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
