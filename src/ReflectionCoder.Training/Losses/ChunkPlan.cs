namespace ReflectionCoder.Losses;

/// <summary>A run of rows that pass the output projection together.</summary>
/// <remarks>
/// Their order is: rows with cross entropy alone, students of the pairs, teachers of the pairs (same order). Rows past
/// <see cref="GradientRows"/> are teachers without a label, which receive no gradient.
/// </remarks>
internal sealed record LossChunk
{
    /// <summary>Index of the first row in <see cref="ChunkPlan.Rows"/>.</summary>
    public required int Start { get; init; }

    /// <summary>Rows with cross entropy alone.</summary>
    public required int Unpaired { get; init; }

    /// <summary>Divergence pairs.</summary>
    public required int Pairs { get; init; }

    /// <summary>Leading rows that receive a gradient.</summary>
    public required int GradientRows { get; init; }

    /// <summary>Labels, by rising row.</summary>
    public List<(int Row, long Label)> Labels { get; } = [];

    /// <summary>Rows of the chunk.</summary>
    public int Count => Unpaired + (2 * Pairs);
}

/// <summary>Deals the rows of a loss into chunks so that the two sides of a pair meet and a row passes the projection once.</summary>
internal sealed class ChunkPlan
{
    private ChunkPlan(long[] rows, IReadOnlyList<LossChunk> chunks)
    {
        Rows = rows;
        Chunks = chunks;
    }

    /// <summary>Indices into the hidden rows, chunk after chunk. A row that takes part in several pairs appears once a pair.</summary>
    public long[] Rows { get; }

    /// <summary>The chunks in order.</summary>
    public IReadOnlyList<LossChunk> Chunks { get; }

    /// <summary>Makes the plan.</summary>
    /// <param name="targets">Checked targets.</param>
    /// <param name="rowCount">Number of hidden rows.</param>
    /// <param name="chunkRows">Most rows a chunk; a pair's two rows stay together even if this is 1.</param>
    /// <returns>The plan; without targets it has no chunk.</returns>
    public static ChunkPlan Create(DistillationTargets targets, long rowCount, int chunkRows)
    {
        bool[] hasLabel = new bool[rowCount];
        bool[] isPaired = new bool[rowCount];
        foreach (long row in targets.CrossEntropyRows)
        {
            hasLabel[row] = true;
        }

        for (int i = 0; i < targets.TeacherRows.Length; i++)
        {
            isPaired[targets.TeacherRows[i]] = isPaired[targets.StudentRows[i]] = true;
        }

        // Pairs whose teacher has a label come first, so that a chunk's rows with a gradient lie side by side.
        int[] pairs = [.. Enumerable.Range(0, targets.TeacherRows.Length).OrderByDescending(i => hasLabel[targets.TeacherRows[i]])];
        List<long> unpaired = [];
        foreach (long row in targets.CrossEntropyRows)
        {
            if (!isPaired[row])
            {
                isPaired[row] = true; // listed; a row with two labels is listed once
                unpaired.Add(row);
            }
        }

        List<long> rows = [];
        List<LossChunk> chunks = [];
        int[] firstPlace = new int[rowCount];
        Array.Fill(firstPlace, -1);
        for (int pair = 0, single = 0; pair < pairs.Length || single < unpaired.Count; )
        {
            int pairCount = Math.Min(Math.Max(chunkRows / 2, 1), pairs.Length - pair);
            int singleCount = Math.Clamp(chunkRows - (2 * pairCount), 0, unpaired.Count - single);
            ArraySegment<int> taken = new(pairs, pair, pairCount);
            int start = rows.Count;
            rows.AddRange(unpaired.GetRange(single, singleCount));
            rows.AddRange(taken.Select(i => targets.StudentRows[i]));
            rows.AddRange(taken.Select(i => targets.TeacherRows[i]));
            chunks.Add(
                new LossChunk
                {
                    Start = start,
                    Unpaired = singleCount,
                    Pairs = pairCount,
                    GradientRows = singleCount + pairCount + taken.Count(i => hasLabel[targets.TeacherRows[i]]),
                }
            );
            for (int place = start; place < rows.Count; place++)
            {
                if (firstPlace[rows[place]] < 0)
                {
                    firstPlace[rows[place]] = place;
                }
            }

            pair += pairCount;
            single += singleCount;
        }

        PlaceLabels(targets, firstPlace, chunks);
        return new ChunkPlan([.. rows], chunks);
    }

    private static void PlaceLabels(DistillationTargets targets, int[] firstPlace, List<LossChunk> chunks)
    {
        int[] order = [.. Enumerable.Range(0, targets.CrossEntropyRows.Length).OrderBy(i => firstPlace[targets.CrossEntropyRows[i]])];
        int chunk = 0;
        foreach (int i in order)
        {
            int place = firstPlace[targets.CrossEntropyRows[i]];
            while (place >= chunks[chunk].Start + chunks[chunk].Count)
            {
                chunk++;
            }

            chunks[chunk].Labels.Add((place - chunks[chunk].Start, targets.CrossEntropyLabels[i]));
        }
    }
}
