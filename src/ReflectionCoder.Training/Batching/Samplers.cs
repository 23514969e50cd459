namespace ReflectionCoder.Batching;

/// <summary>The samplers of this library.</summary>
public static class Samplers
{
    /// <summary>
    /// The default sampler. Each optimizer step holds one type of sample, and samples of similar length are in the same step (Hugging
    /// Face's megabatches). The steps are in random order, but the one with the longest sample comes first. The last step of a type may
    /// have fewer samples; it is kept. Stateless.
    /// </summary>
    public static ISampler LengthGrouped { get; } = new LengthGroupedSampler();

    /// <summary>
    /// The paper's sampler, for runs that are compared with the paper's code. It groups each data set by length, drops the data set's last
    /// incomplete micro-batch, and shuffles the micro-batches of all data sets together with numpy's generator.
    /// </summary>
    /// <param name="permutations">
    /// Gives a permutation of 0 … count - 1, as <c>torch.randperm(count)</c> does. Its arguments are the index of a data set, from 0, and
    /// its number of samples. It is called once for each data set in each epoch, in order. The paper's code draws it from torch's
    /// generator. <see cref="ISampler.Identity"/> doesn't include it.
    /// </param>
    /// <param name="gradientAccumulationSteps">Micro-batches in an optimizer step, at least 1. The default value is 1.</param>
    /// <returns>
    /// The sampler. Its <see cref="ISampler.SampleEpoch"/> throws <see cref="ArgumentException"/> where the batch size is no multiple of
    /// <paramref name="gradientAccumulationSteps"/>, or a permutation is wrong.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="gradientAccumulationSteps"/> is below 1.</exception>
    /// <remarks>
    /// Unlike <see cref="LengthGrouped"/>, a step may mix types of samples, though a micro-batch holds one type. Micro-batches left over at
    /// the end of an epoch form a shorter step; the paper's code carries them into the next epoch.
    /// </remarks>
    public static ISampler ReferenceLengthGrouped(Func<int, int, IReadOnlyList<int>> permutations, int gradientAccumulationSteps = 1) =>
        new ReferenceLengthGroupedSampler(permutations, gradientAccumulationSteps);
}
