namespace ReflectionCoder.Masking;

/// <summary>The schedule that <see cref="MaskRateSchedules.Reference"/> creates.</summary>
internal sealed class ReferenceMaskRateSchedule(int microBatchesPerEpoch, int gradientAccumulationSteps) : IMaskRateSchedule
{
    /// <inheritdoc/>
    public string Identity => $"reference({microBatchesPerEpoch}, {gradientAccumulationSteps})";

    /// <inheritdoc/>
    public double GetRate(long globalStep, long maxSteps) => GetRate(globalStep, 0, maxSteps);

    /// <inheritdoc/>
    public double GetRate(long globalStep, int microBatch, long maxSteps)
    {
        long index = (globalStep * gradientAccumulationSteps) + microBatch;
        if (index < 2)
        {
            return 0;
        }

        long stepWhenPrepared = index % microBatchesPerEpoch == 0 ? globalStep : (index - 1) / gradientAccumulationSteps;
        return Math.Min((stepWhenPrepared + 1) / (double)maxSteps, 1.0);
    }
}
