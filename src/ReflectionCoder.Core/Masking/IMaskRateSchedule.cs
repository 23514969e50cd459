namespace ReflectionCoder.Masking;

/// <summary>The share of the reflection sequence that is hidden, over a run.</summary>
/// <remarks>
/// A function of its arguments, without state, so that a resumed run goes on alike; the fine-tuner asks at a few points to tell one schedule
/// from another when a run is resumed. Thread-safe.
/// </remarks>
public interface IMaskRateSchedule
{
    /// <summary>Mask rate of an optimizer step.</summary>
    /// <param name="globalStep">Optimizer steps already done, from 0.</param>
    /// <param name="maxSteps">Optimizer steps of the whole run, at least 1.</param>
    /// <returns>A rate from 0 to 1.</returns>
    double GetRate(long globalStep, long maxSteps);

    /// <summary>Mask rate of one micro-batch of an optimizer step; the step's, unless a schedule tells them apart.</summary>
    /// <param name="globalStep">Optimizer steps already done, from 0.</param>
    /// <param name="microBatch">Index of the micro-batch in the step, from 0.</param>
    /// <param name="maxSteps">Optimizer steps of the whole run, at least 1.</param>
    /// <returns>A rate from 0 to 1.</returns>
    double GetRate(long globalStep, int microBatch, long maxSteps) => GetRate(globalStep, maxSteps);
}

/// <summary>The paper's schedule: (global step + 1) / max steps, at most 1.</summary>
public sealed class LinearMaskRateSchedule : IMaskRateSchedule
{
    /// <inheritdoc/>
    public double GetRate(long globalStep, long maxSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(globalStep);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSteps);
        return Math.Min((globalStep + 1) / (double)maxSteps, 1.0);
    }
}

/// <summary>The same rate at every step.</summary>
public sealed class ConstantMaskRateSchedule : IMaskRateSchedule
{
    private readonly double rate;

    /// <summary>Creates the schedule.</summary>
    /// <param name="rate">The rate, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rate"/> is outside 0 to 1.</exception>
    public ConstantMaskRateSchedule(double rate)
    {
        if (!(rate >= 0 && rate <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "A mask rate lies from 0 to 1.");
        }

        this.rate = rate;
    }

    /// <inheritdoc/>
    public double GetRate(long globalStep, long maxSteps) => rate;
}
