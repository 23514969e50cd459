using System.Globalization;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Batching;

/// <summary>The paper's sampler; see <see cref="Samplers.ReferenceLengthGrouped"/>.</summary>
internal sealed class ReferenceLengthGroupedSampler : ISampler
{
    private readonly Func<int, int, IReadOnlyList<int>> permutations;
    private readonly int gradientAccumulationSteps;

    public ReferenceLengthGroupedSampler(Func<int, int, IReadOnlyList<int>> permutations, int gradientAccumulationSteps = 1)
    {
        ArgumentNullException.ThrowIfNull(permutations);
        ArgumentOutOfRangeException.ThrowIfLessThan(gradientAccumulationSteps, 1);
        this.permutations = permutations;
        this.gradientAccumulationSteps = gradientAccumulationSteps;
    }

    /// <inheritdoc/>
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"reference-length-grouped({gradientAccumulationSteps})");

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <paramref name="batchSize"/> is no multiple of the accumulation steps, or a permutation is wrong.
    /// </exception>
    public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(random);
        if (batchSize % gradientAccumulationSteps != 0)
        {
            throw new ArgumentException(
                $"{batchSize} samples a step do not divide into {gradientAccumulationSteps} micro-batches.",
                nameof(batchSize)
            );
        }

        int microBatchSize = batchSize / gradientAccumulationSteps;
        List<int[]> microBatches = [];
        foreach (
            IGrouping<int, int> dataset in Enumerable.Range(0, samples.Count).GroupBy(i => samples[i].Dataset).OrderBy(group => group.Key)
        )
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
