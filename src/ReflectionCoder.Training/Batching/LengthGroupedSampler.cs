using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Batching;

/// <summary>The default sampler; see <see cref="Samplers.LengthGrouped"/>.</summary>
internal sealed class LengthGroupedSampler : ISampler
{
    /// <inheritdoc/>
    public string Identity => "length-grouped";

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentNullException.ThrowIfNull(random);
        List<int[]> steps = [];
        foreach (
            IGrouping<Sequences.SampleType, int> type in Enumerable
                .Range(0, samples.Count)
                .GroupBy(i => samples[i].Type)
                .OrderBy(group => group.Key)
        )
        {
            int[] members = [.. type];
            int[] lengths = [.. members.Select(i => samples[i].Length)];
            int[] order = LengthGrouping.Order(lengths, batchSize, random.Permutation(members.Length));
            steps.AddRange(order.Select(i => members[i]).Chunk(batchSize));
        }

        int[][] shuffled = [.. steps];
        random.Shuffle(shuffled.AsSpan());
        int longest = 0;
        int longestLength = 0;
        for (int i = 0; i < shuffled.Length; i++)
        {
            int length = shuffled[i].Max(index => samples[index].Length);
            if (length > longestLength)
            {
                (longest, longestLength) = (i, length);
            }
        }

        if (shuffled.Length > 0)
        {
            (shuffled[0], shuffled[longest]) = (shuffled[longest], shuffled[0]);
        }

        return shuffled;
    }
}
