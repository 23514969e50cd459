namespace ReflectionCoder.Masking;

/// <summary>
/// The rate the reference trains with: its loader prepares a micro-batch while the one before is trained, so the rate lags by one
/// micro-batch inside an epoch, and the first two of a run get 0. For parity runs.
/// </summary>
/// <param name="microBatchesPerEpoch">Micro-batches of an epoch, a multiple of <paramref name="gradientAccumulationSteps"/>.</param>
/// <param name="gradientAccumulationSteps">Micro-batches of an optimizer step.</param>
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
