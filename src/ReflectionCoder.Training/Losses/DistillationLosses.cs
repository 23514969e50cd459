namespace ReflectionCoder.Losses;

/// <summary>The losses of this library. They are stateless; call them from the thread that runs torch.</summary>
public static class DistillationLosses
{
    /// <summary>
    /// The loss in its plainest form: computes all needed logits at once and lets autograd differentiate. <see cref="Chunked"/> computes
    /// the same in bounded memory.
    /// </summary>
    /// <remarks>
    /// Matrix products are computed in the type of the input, softmax and sums in float32 (float64 for float64 input). Logits may be
    /// -infinity where the teacher's probability is 0 (a masked vocabulary). NaN in the input gives NaN. Shapes, element types, devices,
    /// indices or scales that don't fit are refused with an <see cref="ArgumentException"/> before anything is computed.
    /// </remarks>
    public static IDistillationLoss Whole { get; } = new WholeDistillationLoss();

    /// <summary>
    /// The loss in bounded memory. The output projection, log-softmax, both terms and their gradients are computed for a chunk of rows at a
    /// time, forward and backward together, so that the logits of all rows never exist at once.
    /// </summary>
    /// <param name="chunkRows">
    /// Most rows of a chunk, at least 1; the two rows of a pair always share a chunk. The default value is 256.
    /// </param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="chunkRows"/> is below 1.</exception>
    /// <remarks>
    /// <para>
    /// <see cref="IDistillationLoss.Compute"/> already computes the gradients with respect to <see cref="DistillationInput.Hidden"/>,
    /// <see cref="DistillationInput.OutputWeight"/> and <see cref="DistillationInput.OutputRows"/>. The backward pass of
    /// <see cref="DistillationLoss.Total"/> multiplies them by the gradient that it receives. So the total can be scaled and added to other
    /// terms, but has no second derivative. Where grad mode is off, or nothing requires a gradient, no gradient is computed.
    /// </para>
    /// <para>
    /// Matrix products are computed in the type of the input, softmax and sums in float32 (float64 for float64 input). The projection's
    /// gradient is summed over the chunks in at least float32. Where the input is logits (no <see cref="DistillationInput.OutputWeight"/>),
    /// they may be -infinity where the teacher's probability is 0 (a masked vocabulary). NaN in the input gives NaN. Input that doesn't fit
    /// is refused as <see cref="Whole"/> does.
    /// </para>
    /// </remarks>
    public static IDistillationLoss Chunked(int chunkRows = 256) => new ChunkedDistillationLoss(chunkRows);
}
