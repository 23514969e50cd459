namespace ReflectionCoder.Optimization;

/// <summary>The learning rate over a run, as a factor on its peak. Stateless and thread-safe.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The factor of an optimizer step.</summary>
    /// <param name="globalStep">Optimizer steps already done, from 0.</param>
    /// <param name="warmupSteps">Steps of linear warm-up, at least 0; see <see cref="LearningRateWarmup.Steps"/>.</param>
    /// <param name="maxSteps">Optimizer steps of the whole run.</param>
    /// <returns>A factor from 0 to 1.</returns>
    double GetFactor(long globalStep, long warmupSteps, long maxSteps);
}

/// <summary>Linear warm-up, then half a cosine down to 0: Hugging Face's <c>get_cosine_schedule_with_warmup</c>, the paper's choice.</summary>
public sealed class CosineLearningRateSchedule : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double GetFactor(long globalStep, long warmupSteps, long maxSteps)
    {
        LearningRateWarmup.Check(globalStep, warmupSteps);
        if (globalStep < warmupSteps)
        {
            return LearningRateWarmup.Factor(globalStep, warmupSteps);
        }

        double progress = (globalStep - warmupSteps) / (double)Math.Max(1, maxSteps - warmupSteps);
        return Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }
}

/// <summary>Linear warm-up, then linearly down to 0: Hugging Face's <c>get_linear_schedule_with_warmup</c>.</summary>
public sealed class LinearLearningRateSchedule : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double GetFactor(long globalStep, long warmupSteps, long maxSteps)
    {
        LearningRateWarmup.Check(globalStep, warmupSteps);
        return globalStep < warmupSteps
            ? LearningRateWarmup.Factor(globalStep, warmupSteps)
            : Math.Max(0, (maxSteps - globalStep) / (double)Math.Max(1, maxSteps - warmupSteps));
    }
}

/// <summary>Linear warm-up, then the peak: Hugging Face's <c>get_constant_schedule_with_warmup</c>.</summary>
public sealed class ConstantLearningRateSchedule : ILearningRateSchedule
{
    /// <inheritdoc/>
    public double GetFactor(long globalStep, long warmupSteps, long maxSteps)
    {
        LearningRateWarmup.Check(globalStep, warmupSteps);
        return globalStep < warmupSteps ? LearningRateWarmup.Factor(globalStep, warmupSteps) : 1;
    }
}

/// <summary>The warm-up that all schedules share.</summary>
public static class LearningRateWarmup
{
    /// <summary>Warm-up steps of a ratio: ceil(maxSteps · ratio), as Hugging Face's trainer.</summary>
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
