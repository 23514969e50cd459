namespace ReflectionCoder.Losses;

/// <summary>The losses that come with the library. They keep nothing between calls.</summary>
public static class DistillationLosses
{
    /// <summary>
    /// The loss written out plainly: all needed logits at once, differentiated by autograd. <see cref="Chunked"/> computes the same in
    /// bounded memory.
    /// </summary>
    /// <remarks>
    /// Products run in the type of the input, softmax and sums in float32 (float64 for float64 input). Logits of -infinity are allowed
    /// where the teacher's probability is 0 (a masked vocabulary); NaN is not hidden. It refuses shapes, element types, devices, indices or
    /// scales that don't fit with an <see cref="ArgumentException"/>, before anything is computed.
    /// </remarks>
    public static IDistillationLoss Whole { get; } = new WholeDistillationLoss();

    /// <summary>
    /// The loss in bounded memory: the output projection, log-softmax, both terms and their gradient run a chunk of rows at a time, forward
    /// and backward at once, so whole logits never exist.
    /// </summary>
    /// <param name="chunkRows">
    /// Most rows that pass the projection together, at least 1; the two rows of a pair always do. The default value is 256.
    /// </param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="chunkRows"/> is below 1.</exception>
    /// <remarks>
    /// <para>
    /// The gradients with respect to <see cref="DistillationInput.Hidden"/>, <see cref="DistillationInput.OutputWeight"/> and
    /// <see cref="DistillationInput.OutputRows"/> are ready when <see cref="IDistillationLoss.Compute"/> returns;
    /// <see cref="DistillationLoss.Total"/> hands them, times whatever gradient it receives, to autograd. It can be scaled and added to
    /// other terms, but not differentiated twice. Where grad mode is off, or nothing requires a gradient, none is computed.
    /// </para>
    /// <para>
    /// Products run in the type of the input, softmax and sums in float32 (float64 for float64 input), the projection's gradient is summed
    /// over chunks in at least float32. Logits of -infinity are allowed in a host's own logits where the teacher's probability is 0 (a
    /// masked vocabulary); NaN is not hidden. It refuses input as <see cref="Whole"/> does.
    /// </para>
    /// </remarks>
    public static IDistillationLoss Chunked(int chunkRows = 256) => new ChunkedDistillationLoss(chunkRows);
}
