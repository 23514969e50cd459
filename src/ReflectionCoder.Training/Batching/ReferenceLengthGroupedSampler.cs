using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Batching;

/// <summary>Gives a random permutation, as <c>torch.randperm(count)</c>.</summary>
/// <param name="dataset">Index of the data set, from 0; data sets are asked for in order, once an epoch.</param>
/// <param name="count">Its number of samples.</param>
/// <returns>A permutation of 0 … count - 1.</returns>
public delegate IReadOnlyList<int> PermutationSource(int dataset, int count);

/// <summary>
/// The paper's sampler, for parity runs: groups each data set by length, drops its last incomplete micro-batch, and shuffles the
/// micro-batches of all data sets together with numpy's generator.
/// </summary>
/// <remarks>
/// Unlike <see cref="LengthGroupedSampler"/> a step may mix sample types, one type a micro-batch (<see cref="MicroBatches"/> keeps them
/// apart). Micro-batches left over at an epoch's end form a shorter step; the reference carries them into the next epoch.
/// </remarks>
public sealed class ReferenceLengthGroupedSampler : ISampler
{
    private readonly PermutationSource permutations;
    private readonly int gradientAccumulationSteps;

    /// <summary>Creates the sampler.</summary>
    /// <param name="permutations">Where the permutation of a data set comes from; the reference draws it from torch's generator.</param>
    /// <param name="gradientAccumulationSteps">Micro-batches an optimizer step, at least 1. The default value is 1.</param>
    public ReferenceLengthGroupedSampler(PermutationSource permutations, int gradientAccumulationSteps = 1)
    {
        ArgumentNullException.ThrowIfNull(permutations);
        ArgumentOutOfRangeException.ThrowIfLessThan(gradientAccumulationSteps, 1);
        this.permutations = permutations;
        this.gradientAccumulationSteps = gradientAccumulationSteps;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="batchSize"/> is no multiple of the accumulation steps, or a permutation is none of its data set.
    /// </exception>
    public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(random);
        if (batchSize % gradientAccumulationSteps != 0)
        {
            throw new ArgumentException($"{batchSize} samples a step do not divide into {gradientAccumulationSteps} micro-batches.", nameof(batchSize));
        }

        int microBatchSize = batchSize / gradientAccumulationSteps;
        List<int[]> microBatches = [];
        foreach (IGrouping<int, int> dataset in Enumerable.Range(0, samples.Count).GroupBy(i => samples[i].Dataset).OrderBy(group => group.Key))
        {
            int[] members = [.. dataset];
            int[] lengths = [.. members.Select(i => samples[i].Length)];
            int[] order = LengthGrouping.Order(lengths, microBatchSize, Draw(dataset.Key, members.Length));
            microBatches.AddRange(order.Select(i => members[i]).Chunk(microBatchSize).Where(row => row.Length == microBatchSize));
        }

        int[][] shuffled = [.. microBatches];
        random.Shuffle(shuffled.AsSpan());
        return [.. shuffled.Chunk(gradientAccumulationSteps).Select(step => step.SelectMany(row => row).ToArray())];
    }

    private IReadOnlyList<int> Draw(int dataset, int count)
    {
        IReadOnlyList<int> permutation = permutations(dataset, count);
        if (permutation.Count != count || !permutation.Order().SequenceEqual(Enumerable.Range(0, count)))
        {
            throw new ArgumentException($"The permutation given for data set {dataset} is none of 0 to {count - 1}.");
        }

        return permutation;
    }
}
