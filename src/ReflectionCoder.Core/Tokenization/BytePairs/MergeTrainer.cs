using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>Learns byte pair merges (Sennrich et al. 2016) over UTF-8 bytes. Equal texts give equal merges.</summary>
internal sealed class MergeTrainer
{
    private readonly List<(List<int> Symbols, int Count)> words = [];
    private readonly Dictionary<(int Left, int Right), long> counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> places = [];

    // The most frequent pair comes first; of equally frequent pairs, the one with the lowest ids. An entry is skipped if the count of its
    // pair has changed since.
    private readonly PriorityQueue<((int Left, int Right) Pair, long Count), (long, int, int)> queue = new();

    private MergeTrainer(IEnumerable<string> texts, Regex pattern, CancellationToken cancellationToken)
    {
        Dictionary<string, int> pieces = new(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (ValueMatch match in pattern.EnumerateMatches(text))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(pieces, text.Substring(match.Index, match.Length), out _)++;
            }
        }

        foreach ((string piece, int count) in pieces)
        {
            words.Add(([.. Encoding.UTF8.GetBytes(piece).Select(value => (int)value)], count));
            CountPairs(words.Count - 1, 1);
        }

        foreach ((int Left, int Right) pair in counts.Keys)
        {
            Offer(pair);
        }
    }

    /// <summary>Learns merges.</summary>
    /// <param name="texts">The texts to learn from.</param>
    /// <param name="pattern">Splits a text into pieces. No merge goes beyond a piece.</param>
    /// <param name="merges">The largest number of merges. A pair that occurs only once is not merged.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Pairs of ids in order; ids below 256 are bytes, merge i makes id 256 + i.</returns>
    public static List<(int Left, int Right)> Learn(
        IEnumerable<string> texts,
        Regex pattern,
        int merges,
        CancellationToken cancellationToken
    )
    {
        MergeTrainer trainer = new(texts, pattern, cancellationToken);
        List<(int Left, int Right)> learned = [];
        while (learned.Count < merges && trainer.TakeMostFrequent() is { } pair)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trainer.Merge(pair, 256 + learned.Count);
            learned.Add(pair);
        }

        return learned;
    }

    private (int Left, int Right)? TakeMostFrequent()
    {
        while (queue.TryDequeue(out ((int Left, int Right) Pair, long Count) top, out _))
        {
            if (top.Count > 1 && counts.GetValueOrDefault(top.Pair) == top.Count)
            {
                return top.Pair;
            }
        }

        return null;
    }

    private void Merge((int Left, int Right) pair, int id)
    {
        HashSet<(int Left, int Right)> changed = [];
        foreach (int word in places[pair].ToArray())
        {
            List<int> symbols = words[word].Symbols;
            CountPairs(word, -1, changed);
            int kept = 0;
            for (int i = 0; i < symbols.Count; i++)
            {
                bool meets = i + 1 < symbols.Count && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
                symbols[kept++] = meets ? id : symbols[i];
                i += meets ? 1 : 0;
            }

            symbols.RemoveRange(kept, symbols.Count - kept);
            CountPairs(word, 1, changed);
        }

        counts.Remove(pair);
        places.Remove(pair);
        foreach ((int Left, int Right) other in changed)
        {
            Offer(other);
        }
    }

    private void Offer((int Left, int Right) pair)
    {
        long count = counts.GetValueOrDefault(pair);
        if (count > 1)
        {
            queue.Enqueue((pair, count), (-count, pair.Left, pair.Right));
        }
    }

    /// <summary>Adds a word's pairs to the counts (sign 1), or subtracts them (sign -1).</summary>
    private void CountPairs(int word, int sign, HashSet<(int Left, int Right)>? changed = null)
    {
        (List<int> symbols, int count) = words[word];
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            (int Left, int Right) pair = (symbols[i], symbols[i + 1]);
            CollectionsMarshal.GetValueRefOrAddDefault(counts, pair, out _) += sign * count;
            changed?.Add(pair);
            ref HashSet<int>? where = ref CollectionsMarshal.GetValueRefOrAddDefault(places, pair, out _);
            where ??= [];
            if (sign > 0)
            {
                where.Add(word);
            }
            else
            {
                where.Remove(word);
            }
        }
    }
}
