namespace ReflectionCoder.FineTuning;

/// <summary>The normalizers that come with the library. They keep nothing between calls.</summary>
public static class LossNormalizers
{
    /// <summary>
    /// The default: divides by the counts of the whole optimizer step, so that a split into micro-batches changes nothing.
    /// </summary>
    public static ILossNormalizer Step { get; } = new StepLossNormalizer();

    /// <summary>
    /// Averages the means of micro-batches, as the reference does: a micro-batch with few labels weighs as much as one with many. For
    /// parity runs.
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
