namespace ReflectionCoder.Batching;

/// <summary>Splits an optimizer step into micro-batches that fit on the device.</summary>
internal static class MicroBatches
{
    /// <summary>Splits a step, in its order, into micro-batches that hold one type of sample each.</summary>
    /// <param name="step">Indices into <paramref name="samples"/>, as <see cref="ISampler"/> gives them.</param>
    /// <param name="microBatchSize">Most samples in a micro-batch, at least 1.</param>
    /// <param name="samples">The samples.</param>
    /// <returns>The micro-batches; together they hold every index of the step once.</returns>
    public static IReadOnlyList<int[]> Split(IReadOnlyList<int> step, int microBatchSize, IReadOnlyList<SampleInfo> samples)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(microBatchSize, 1);
        ArgumentNullException.ThrowIfNull(samples);
        List<int[]> split = [];
        for (int start = 0; start < step.Count; )
        {
            int end = start + 1;
            while (end < step.Count && end - start < microBatchSize && samples[step[end]].Type == samples[step[start]].Type)
            {
                end++;
            }

            split.Add([.. step.Skip(start).Take(end - start)]);
            start = end;
        }

        return split;
    }
}
