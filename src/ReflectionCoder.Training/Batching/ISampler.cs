using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Batching;

/// <summary>What a sampler knows of a sample.</summary>
/// <param name="Length">Tokens, bos and eos included.</param>
/// <param name="Type">How it is trained.</param>
/// <param name="Dataset">Index of the file it came from, from 0.</param>
public readonly record struct SampleInfo(int Length, SampleType Type, int Dataset);

/// <summary>Chooses the order of an epoch, a whole optimizer step at a time.</summary>
/// <remarks>
/// What it gives follows from its arguments and the epochs it was asked for before: a run asks for each epoch once, in order, and a resumed
/// run for all of them again from the first. One with a state of its own is therefore made anew for each session. Not thread-safe, because
/// the generator is not.
/// </remarks>
public interface ISampler
{
    /// <summary>
    /// How it orders, so that a resumed run is refused where it would go on with another one: the name and every setting that decides an
    /// order, such as <c>length-grouped</c>. The same in every process; two samplers that may order differently never share it.
    /// </summary>
    string Identity { get; }

    /// <summary>Orders one epoch.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="batchSize">Samples an optimizer step, at least 1.</param>
    /// <param name="random">The run's sampling generator; goes on from epoch to epoch.</param>
    /// <returns>Indices into <paramref name="samples"/>, one optimizer step an entry; a step may be shorter than
    /// <paramref name="batchSize"/>.</returns>
    IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random);
}
