namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Merges the symbols of one word as Hugging Face's library does: the pair of the lowest rank first, and of equal pairs the leftmost. It
/// uses a heap of pairs over a linked list of symbols, so the time for n symbols grows as n log n. Thread-safe.
/// </summary>
internal sealed class WordMerger
{
    private const int None = -1;

    private readonly Dictionary<(int Left, int Right), int> ranks;
    private readonly int[] results;

    /// <summary>Creates one.</summary>
    /// <param name="vocabulary">Ids of tokens.</param>
    /// <param name="merges">Merges in order, none twice.</param>
    public WordMerger(IReadOnlyDictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges)
    {
        ranks = new Dictionary<(int, int), int>(merges.Count);
        results = new int[merges.Count];
        for (int rank = 0; rank < results.Length; rank++)
        {
            (string left, string right) = merges[rank];
            ranks.Add((vocabulary[left], vocabulary[right]), rank);
            results[rank] = vocabulary[left + right];
        }
    }

    /// <summary>Merges a word.</summary>
    /// <param name="symbols">The word's ids before any merge; may be empty. Its content is changed.</param>
    /// <param name="ids">The ids after all merges are appended here.</param>
    public void Merge(Span<int> symbols, List<int> ids)
    {
        int[] next = new int[symbols.Length];
        int[] previous = new int[symbols.Length];
        List<(int Rank, long Priority)> pairs = [];
        for (int i = 0; i < symbols.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < symbols.Length ? i + 1 : None);
            if (next[i] != None && RankOf(symbols[i], symbols[i + 1]) is >= 0 and int rank)
            {
                pairs.Add((rank, PriorityOf(rank, i)));
            }
        }

        PriorityQueue<int, long> queue = new(pairs);
        while (queue.TryDequeue(out int rank, out long priority))
        {
            int left = (int)(uint)priority;
            int right = next[left];

            // If a part of the pair was merged with something else since, the pair is skipped, unless its new parts give the same token.
            int current = symbols[left] == None || right == None ? None : RankOf(symbols[left], symbols[right]);
            if (current == None || results[current] != results[rank])
            {
                continue;
            }

            symbols[left] = results[rank];
            symbols[right] = None;
            next[left] = next[right];
            if (next[left] != None)
            {
                previous[next[left]] = left;
                Enqueue(queue, left, RankOf(symbols[left], symbols[next[left]]));
            }

            if (previous[left] != None)
            {
                Enqueue(queue, previous[left], RankOf(symbols[previous[left]], symbols[left]));
            }
        }

        // The list starts at index 0: a merge keeps the index of its left part, and the first symbol is never a right part.
        for (int i = symbols.IsEmpty ? None : 0; i != None; i = next[i])
        {
            ids.Add(symbols[i]);
        }
    }

    private static long PriorityOf(int rank, int position) => ((long)rank << 32) | (uint)position;

    private static void Enqueue(PriorityQueue<int, long> queue, int position, int rank)
    {
        if (rank >= 0)
        {
            queue.Enqueue(rank, PriorityOf(rank, position));
        }
    }

    private int RankOf(int left, int right) => ranks.TryGetValue((left, right), out int rank) ? rank : None;
}
