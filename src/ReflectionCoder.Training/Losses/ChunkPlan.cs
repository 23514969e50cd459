namespace ReflectionCoder.Losses;

/// <summary>Rows that pass the output projection together.</summary>
/// <remarks>
/// Their order is: rows that have cross entropy only, the student rows of the pairs, the teacher rows of the pairs in the same order. Rows
/// behind the first <see cref="GradientRows"/> are teacher rows without a label. They get no gradient, because the teacher is detached.
/// </remarks>
internal sealed record LossChunk
{
    /// <summary>Index of the first row in <see cref="ChunkPlan.Rows"/>.</summary>
    public required int Start { get; init; }

    /// <summary>Number of rows that have cross entropy only.</summary>
    public required int Unpaired { get; init; }

    /// <summary>Number of pairs of the divergence.</summary>
    public required int Pairs { get; init; }

    /// <summary>Number of rows, from the first on, that get a gradient.</summary>
    public required int GradientRows { get; init; }

    /// <summary>The weight of each pair, in the order of the pairs' rows; null where all are 1.</summary>
    public required double[]? PairWeights { get; init; }

    /// <summary>Labels with their row in the chunk, in the order of the rows.</summary>
    public List<(int Row, long Label)> Labels { get; } = [];

    /// <summary>Number of rows in the chunk.</summary>
    public int Count => Unpaired + (2 * Pairs);

    /// <summary>The weight of a pair, counted from 0.</summary>
    public double WeightOf(int pair) => PairWeights?[pair] ?? 1;
}

/// <summary>
/// Divides the rows of a loss into chunks. The two rows of a pair come into the same chunk, and no row is projected twice, unless it
/// belongs to several pairs.
/// </summary>
internal sealed class ChunkPlan
{
    private ChunkPlan(long[] rows, IReadOnlyList<LossChunk> chunks)
    {
        Rows = rows;
        Chunks = chunks;
    }

    /// <summary>
    /// Indices of the hidden rows, chunk after chunk. A row that belongs to several pairs stands here once for each pair.
    /// </summary>
    public long[] Rows { get; }

    /// <summary>The chunks in order.</summary>
    public IReadOnlyList<LossChunk> Chunks { get; }

    /// <summary>Makes the plan.</summary>
    /// <param name="targets">The targets, already checked.</param>
    /// <param name="rowCount">Number of hidden rows.</param>
    /// <param name="chunkRows">Most rows in a chunk; the two rows of a pair stay together even if this is 1.</param>
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

        // Pairs whose teacher has a label come first, so that all rows of a chunk that get a gradient stand together.
        int[] pairs = [.. Enumerable.Range(0, targets.TeacherRows.Length).OrderByDescending(i => hasLabel[targets.TeacherRows[i]])];
        List<long> unpaired = [];
        foreach (long row in targets.CrossEntropyRows)
        {
            if (!isPaired[row])
            {
                isPaired[row] = true; // a row with two labels must not be listed twice
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
                    PairWeights = targets.PairWeights is { } weights ? [.. taken.Select(i => weights[i])] : null,
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
