namespace ReflectionCoder.FineTuning;

/// <summary>How much a micro-batch, or a whole optimizer step, supervises.</summary>
/// <param name="Labels">Labels of the cross entropy, teacher and student halves together.</param>
/// <param name="DistilledPositions">Positions of the divergence.</param>
public readonly record struct SupervisionCounts(long Labels, long DistilledPositions)
{
    /// <summary>Adds two counts.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Their sum.</returns>
    public static SupervisionCounts operator +(SupervisionCounts left, SupervisionCounts right) =>
        new(left.Labels + right.Labels, left.DistilledPositions + right.DistilledPositions);
}

/// <summary>Factors on a micro-batch's sums.</summary>
/// <param name="CrossEntropy">On its sum of cross entropies.</param>
/// <param name="Divergence">On its sum of divergences, before the divergence's weight.</param>
public readonly record struct LossScales(double CrossEntropy, double Divergence);

/// <summary>
/// Turns the sums of a micro-batch into its share of the optimizer step's loss. A function of its arguments; thread-safe.
/// </summary>
public interface ILossNormalizer
{
    /// <summary>
    /// What it divides by, so that a resumed run is refused where it would go on with another one: the name and every setting that decides
    /// a factor, such as <c>step</c>. The same in every process; two normalizers that may give different factors never share it.
    /// </summary>
    string Identity { get; }

    /// <summary>Factors for one micro-batch.</summary>
    /// <param name="wholeStep">Counts of the whole optimizer step.</param>
    /// <param name="microBatch">Counts of this micro-batch.</param>
    /// <param name="microBatches">Micro-batches of the step.</param>
    /// <returns>The factors; 0 where there is nothing to divide by.</returns>
    LossScales GetScales(SupervisionCounts wholeStep, SupervisionCounts microBatch, int microBatches);
}
