namespace ReflectionCoder.Batching;

/// <summary>Splits an optimizer step into what fits on the device at once.</summary>
internal static class MicroBatches
{
    /// <summary>Splits a step, in order, into micro-batches of one sample type each.</summary>
    /// <param name="step">Indices into <paramref name="samples"/>, as <see cref="ISampler"/> gives them.</param>
    /// <param name="microBatchSize">Most samples a micro-batch, at least 1.</param>
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
