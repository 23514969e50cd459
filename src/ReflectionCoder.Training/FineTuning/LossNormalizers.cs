namespace ReflectionCoder.FineTuning;

/// <summary>The loss normalizers of the library. They have no state and are thread-safe.</summary>
public static class LossNormalizers
{
    /// <summary>
    /// Divides by the counts of the whole optimizer step, so the loss doesn't depend on how the step is split into micro-batches. The
    /// default of <see cref="FineTuningOptions.LossNormalizer"/>.
    /// </summary>
    public static ILossNormalizer Step { get; } = new StepLossNormalizer();

    /// <summary>
    /// Averages the means of the micro-batches, as the paper's implementation does: a micro-batch with few labels counts as much as one
    /// with many. Meant for comparisons with that implementation.
    /// </summary>
    public static ILossNormalizer MicroBatch { get; } = new MicroBatchLossNormalizer();

    private static double Inverse(long count) => count == 0 ? 0 : 1.0 / count;

    private sealed class StepLossNormalizer : ILossNormalizer
    {
        public string Identity => "step";

        public LossScales GetScales(SupervisionCounts wholeStep, SupervisionCounts microBatch, int microBatches) =>
            new(Inverse(wholeStep.Labels), Inverse(wholeStep.DistilledPositions));
    }

    private sealed class MicroBatchLossNormalizer : ILossNormalizer
    {
        public string Identity => "micro-batch";

        public LossScales GetScales(SupervisionCounts wholeStep, SupervisionCounts microBatch, int microBatches) =>
            new(Inverse(microBatch.Labels) / microBatches, Inverse(microBatch.DistilledPositions) / microBatches);
    }
}
