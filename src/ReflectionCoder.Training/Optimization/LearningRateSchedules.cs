namespace ReflectionCoder.Optimization;

/// <summary>The schedules of this library. They are stateless and thread-safe.</summary>
public static class LearningRateSchedules
{
    /// <summary>
    /// Linear warm-up, then half a cosine down to 0: Hugging Face's <c>get_cosine_schedule_with_warmup</c>, the paper's choice.
    /// </summary>
    public static ILearningRateSchedule Cosine { get; } = new CosineLearningRateSchedule();

    /// <summary>Linear warm-up, then linearly down to 0: Hugging Face's <c>get_linear_schedule_with_warmup</c>.</summary>
    public static ILearningRateSchedule Linear { get; } = new LinearLearningRateSchedule();

    /// <summary>Linear warm-up, then constant: Hugging Face's <c>get_constant_schedule_with_warmup</c>.</summary>
    public static ILearningRateSchedule Constant { get; } = new ConstantLearningRateSchedule();
}

internal sealed class CosineLearningRateSchedule : ILearningRateSchedule
{
    public string Identity => "cosine";

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

internal sealed class LinearLearningRateSchedule : ILearningRateSchedule
{
    public string Identity => "linear";

    public double GetFactor(long globalStep, long warmupSteps, long maxSteps)
    {
        LearningRateWarmup.Check(globalStep, warmupSteps);
        return globalStep < warmupSteps
            ? LearningRateWarmup.Factor(globalStep, warmupSteps)
            : Math.Max(0, (maxSteps - globalStep) / (double)Math.Max(1, maxSteps - warmupSteps));
    }
}

internal sealed class ConstantLearningRateSchedule : ILearningRateSchedule
{
    public string Identity => "constant";

    public double GetFactor(long globalStep, long warmupSteps, long maxSteps)
    {
        LearningRateWarmup.Check(globalStep, warmupSteps);
        return globalStep < warmupSteps ? LearningRateWarmup.Factor(globalStep, warmupSteps) : 1;
    }
}
