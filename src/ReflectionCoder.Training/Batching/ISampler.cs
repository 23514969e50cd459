using ReflectionCoder.Masking;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Batching;

/// <summary>What a sampler knows of a sample.</summary>
/// <param name="Length">Tokens, bos and eos included.</param>
/// <param name="Type">How it is trained.</param>
/// <param name="Dataset">Index of the file it came from, from 0.</param>
public readonly record struct SampleInfo(int Length, SampleType Type, int Dataset);

/// <summary>Chooses the order of an epoch, a whole optimizer step at a time.</summary>
/// <remarks>
/// A pure function of its arguments: given the generator's state at the start of an epoch, a resumed run redoes the epoch's order. Not
/// thread-safe, because the generator is not.
/// </remarks>
public interface ISampler
{
    /// <summary>Orders one epoch.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="batchSize">Samples an optimizer step, at least 1.</param>
    /// <param name="random">The run's sampling generator; goes on from epoch to epoch.</param>
    /// <returns>Indices into <paramref name="samples"/>, one optimizer step an entry; a step may be shorter than <paramref name="batchSize"/>.</returns>
    IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random);
}
