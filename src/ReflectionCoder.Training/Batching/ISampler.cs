using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Batching;

/// <summary>What a sampler is told about a sample.</summary>
/// <param name="Length">Number of its tokens, bos and eos included.</param>
/// <param name="Type">The kind of sample, which decides how it is trained.</param>
/// <param name="Dataset">Index of the file that it came from, from 0.</param>
public readonly record struct SampleInfo(int Length, SampleType Type, int Dataset);

/// <summary>Chooses the order of the samples in an epoch, one optimizer step after another.</summary>
/// <remarks>
/// The order must follow from the arguments and from the epochs that were asked for before. A run asks for each epoch once, in order; a
/// resumed run asks for all of them again, from the first. So a sampler with a state of its own must be a new one in every session. Not
/// thread-safe, because the generator is not.
/// </remarks>
public interface ISampler
{
    /// <summary>
    /// Says how it orders: the name and every setting that changes an order, such as <c>length-grouped</c>. A run is not resumed with a
    /// sampler of another identity. It must be the same in every process, and differ between samplers that may order differently.
    /// </summary>
    string Identity { get; }

    /// <summary>Orders one epoch.</summary>
    /// <param name="samples">All samples of the run.</param>
    /// <param name="batchSize">Samples in an optimizer step, at least 1.</param>
    /// <param name="random">The run's generator for sampling. It is not reset between epochs.</param>
    /// <returns>
    /// For each optimizer step, the indices of its samples in <paramref name="samples"/>. A step may have fewer than
    /// <paramref name="batchSize"/> samples.
    /// </returns>
    IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random);
}
