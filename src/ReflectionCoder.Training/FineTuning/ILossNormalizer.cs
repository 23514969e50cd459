namespace ReflectionCoder.FineTuning;

/// <summary>How many terms the losses of a micro-batch, or of a whole optimizer step, sum over.</summary>
/// <param name="Labels">Tokens with a cross entropy, those of teacher and student rows together.</param>
/// <param name="DistilledPositions">Positions at which the divergence between teacher and student is measured.</param>
public readonly record struct SupervisionCounts(long Labels, long DistilledPositions)
{
    /// <summary>Adds two counts.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Their sum.</returns>
    public static SupervisionCounts operator +(SupervisionCounts left, SupervisionCounts right) =>
        new(left.Labels + right.Labels, left.DistilledPositions + right.DistilledPositions);
}

/// <summary>What the summed losses of a micro-batch are multiplied with.</summary>
/// <param name="CrossEntropy">Factor on the sum of cross entropies.</param>
/// <param name="Divergence">Factor on the sum of divergences; <see cref="FineTuningOptions.KlWeight"/> is not in it.</param>
public readonly record struct LossScales(double CrossEntropy, double Divergence);

/// <summary>
/// Says with which factors the summed losses of a micro-batch enter the loss of its optimizer step, so that sums become means.
/// </summary>
/// <remarks>The result must depend on the arguments alone. Implementations must be thread-safe.</remarks>
public interface ILossNormalizer
{
    /// <summary>
    /// A text that stands for what the normalizer computes: a name, such as <c>step</c>, and every setting that decides a factor. A
    /// checkpoint keeps it, and a run that would go on with another text is refused. It must be the same in every process, and differ
    /// between normalizers that may give different factors.
    /// </summary>
    string Identity { get; }

    /// <summary>Gives the factors for one micro-batch.</summary>
    /// <param name="wholeStep">Counts of the whole optimizer step.</param>
    /// <param name="microBatch">Counts of this micro-batch.</param>
    /// <param name="microBatches">Micro-batches of the step.</param>
    /// <returns>The factors; 0 where a count is 0.</returns>
    LossScales GetScales(SupervisionCounts wholeStep, SupervisionCounts microBatch, int microBatches);
}
