using System.Globalization;

namespace ReflectionCoder.Masking;

/// <summary>The share of the reflection sequence that is hidden, over a run.</summary>
/// <remarks>A function of its arguments, without state, so that a resumed run goes on alike. Thread-safe.</remarks>
public interface IMaskRateSchedule
{
    /// <summary>
    /// What the schedule computes, so that a resumed run is refused where it would go on with another one: the name of the formula and every
    /// setting that decides a rate, such as <c>late(exponent 2)</c>. The same in every process; two schedules that may give different rates
    /// never share it.
    /// </summary>
    string Identity { get; }

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
    public string Identity => "linear";

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
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"constant({rate:R})");

    /// <inheritdoc/>
    public double GetRate(long globalStep, long maxSteps) => rate;
}
