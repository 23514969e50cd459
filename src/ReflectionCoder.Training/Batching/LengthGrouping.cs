namespace ReflectionCoder.Batching;

/// <summary>Hugging Face's <c>get_length_grouped_indices</c>: a random order in which samples of similar length stand together.</summary>
internal static class LengthGrouping
{
    /// <summary>
    /// Sorts each megabatch of a permutation by length, and puts the longest sample first: if memory is too small, the run fails at once
    /// and not later.
    /// </summary>
    /// <param name="lengths">Length of each sample.</param>
    /// <param name="batchSize">Samples in a batch.</param>
    /// <param name="permutation">A permutation of 0 … n - 1.</param>
    /// <returns>The grouped order, n indices.</returns>
    public static int[] Order(IReadOnlyList<int> lengths, int batchSize, IReadOnlyList<int> permutation)
    {
        int n = lengths.Count;
        if (n == 0)
        {
            return [];
        }

        int megabatchBatches = Math.Max((int)Math.Min(n / (batchSize * 4L), 50), 1);
        int megabatch = (int)Math.Min((long)megabatchBatches * batchSize, n);
        int[] order = new int[n];
        int longest = 0;
        for (int start = 0; start < n; start += megabatch)
        {
            int count = Math.Min(megabatch, n - start);

            // OrderBy is stable, as Python's sorted is.
            int at = start;
            foreach (int index in permutation.Skip(start).Take(count).OrderByDescending(i => lengths[i]))
            {
                order[at++] = index;
            }

            if (lengths[order[start]] > lengths[order[longest]])
            {
                longest = start;
            }
        }

        (order[0], order[longest]) = (order[longest], order[0]);
        return order;
    }
}
