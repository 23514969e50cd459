namespace ReflectionCoder.Batching;

/// <summary>The samplers that come with the library.</summary>
public static class Samplers
{
    /// <summary>
    /// The default: each optimizer step holds one sample type, samples of similar length sit together (Hugging Face's megabatches), the
    /// steps come in random order behind the one with the longest sample, and the last, partial step of a type is kept. It keeps nothing
    /// between calls.
    /// </summary>
    public static ISampler LengthGrouped { get; } = new LengthGroupedSampler();

    /// <summary>
    /// The paper's, for parity runs: groups each data set by length, drops its last incomplete micro-batch, and shuffles the micro-batches
    /// of all data sets together with numpy's generator.
    /// </summary>
    /// <param name="permutations">
    /// Gives a permutation of 0 … count - 1, as <c>torch.randperm(count)</c> does: of a data set's index, from 0, and its number of
    /// samples. Data sets are asked for in order, once an epoch; the reference draws from torch's generator.
    /// <see cref="ISampler.Identity"/> doesn't tell one source from another.
    /// </param>
    /// <param name="gradientAccumulationSteps">Micro-batches an optimizer step, at least 1. The default value is 1.</param>
    /// <returns>The sampler. It refuses a batch size that is no multiple of the accumulation steps, and what is no permutation.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gradientAccumulationSteps"/> is below 1.</exception>
    /// <remarks>
    /// Unlike <see cref="LengthGrouped"/> a step may mix sample types, one type a micro-batch. Micro-batches left over at an epoch's end
    /// form a shorter step; the reference carries them into the next epoch.
    /// </remarks>
    public static ISampler ReferenceLengthGrouped(Func<int, int, IReadOnlyList<int>> permutations, int gradientAccumulationSteps = 1) =>
        new ReferenceLengthGroupedSampler(permutations, gradientAccumulationSteps);
}
