using System.Buffers;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Tokenizers;

/// <summary>A symbol of a word: its id and how many source units (characters, or bytes) it covers.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Symbol(int Id, int Length);

/// <summary>Merges neighbouring symbols, lowest rank first and leftmost among equals, in O(n log n).</summary>
internal sealed class BpeMerger
{
    // Below this many symbols a scan for the best pair beats the heap.
    private const int ScanLimit = 24;
    private readonly MergeTable merges;

    public BpeMerger(IReadOnlyDictionary<string, int> vocabulary, IEnumerable<string> pairs, int prefixLength)
    {
        List<(int Left, int Right, int Id)> entries = [];
        int rank = 0;
        foreach (string pair in pairs)
        {
            if (pair is null || !BpeFiles.TrySplit(pair, out string left, out string right))
            {
                throw new InvalidOperationException($"Merge {rank} ('{pair}') is not two tokens with one space between.");
            }

            if (right.Length <= prefixLength)
            {
                throw new InvalidOperationException($"Merge {rank} ('{pair}') is too short for a subword prefix of {prefixLength} characters.");
            }

            entries.Add((IdOf(left), IdOf(right), IdOf(left + right[prefixLength..])));
            rank++;
        }

        merges = new MergeTable(entries);

        int IdOf(string token) => vocabulary.TryGetValue(token, out int id)
            ? id
            : throw new InvalidOperationException($"Merge {rank} needs the token '{token}', which the vocabulary lacks.");
    }

    public Symbol[] Merge(ReadOnlySpan<Symbol> word) =>
        word.Length < 2 ? word.ToArray()
        : word.Length <= ScanLimit ? MergeByScan(word)
        : MergeByHeap(word);

    private Symbol[] MergeByScan(ReadOnlySpan<Symbol> word)
    {
        Span<Symbol> symbols = stackalloc Symbol[ScanLimit];
        Span<int> ranks = stackalloc int[ScanLimit];
        word.CopyTo(symbols);
        int count = word.Length;
        for (int i = 0; i < count - 1; i++)
        {
            ranks[i] = RankOf(symbols[i].Id, symbols[i + 1].Id);
        }

        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[best])
                {
                    best = i;
                }
            }

            if (ranks[best] == int.MaxValue)
            {
                break;
            }

            int id = merges.Find(symbols[best].Id, symbols[best + 1].Id).Id;
            symbols[best] = new Symbol(id, symbols[best].Length + symbols[best + 1].Length);
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            count--;
            if (best > 0)
            {
                ranks[best - 1] = RankOf(symbols[best - 1].Id, id);
            }

            if (best < count - 1)
            {
                ranks[best] = RankOf(id, symbols[best + 1].Id);
            }
        }

        return symbols[..count].ToArray();
    }

    private Symbol[] MergeByHeap(ReadOnlySpan<Symbol> word)
    {
        int count = word.Length;
        Symbol[] symbols = ArrayPool<Symbol>.Shared.Rent(count);
        int[] previous = ArrayPool<int>.Shared.Rent(count);
        int[] next = ArrayPool<int>.Shared.Rent(count);
        word.CopyTo(symbols);
        // Rank above, position below: the lowest rank comes first, the leftmost among equals.
        PriorityQueue<int, long> queue = new(count);
        for (int i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : -1;
            Offer(i, next[i]);
        }

        while (queue.TryDequeue(out int left, out long priority))
        {
            // A merged symbol has length 0; a rank tells its pair, so another one means that the pair has changed since.
            int right = next[left];
            if (symbols[left].Length == 0 || right < 0)
            {
                continue;
            }

            (int rank, int id) = merges.Find(symbols[left].Id, symbols[right].Id);
            if (rank != priority >> 32)
            {
                continue;
            }

            symbols[left] = new Symbol(id, symbols[left].Length + symbols[right].Length);
            symbols[right] = default;
            int after = next[right];
            next[left] = after;
            if (after >= 0)
            {
                previous[after] = left;
            }

            if (previous[left] >= 0)
            {
                Offer(previous[left], left);
            }

            Offer(left, after);
        }

        List<Symbol> merged = [];
        for (int i = 0; i >= 0; i = next[i])
        {
            merged.Add(symbols[i]);
        }

        ArrayPool<Symbol>.Shared.Return(symbols);
        ArrayPool<int>.Shared.Return(previous);
        ArrayPool<int>.Shared.Return(next);
        return [.. merged];

        void Offer(int left, int right)
        {
            if (right >= 0 && RankOf(symbols[left].Id, symbols[right].Id) is < int.MaxValue and int rank)
            {
                queue.Enqueue(left, ((long)rank << 32) | (uint)left);
            }
        }
    }

    private int RankOf(int left, int right) => merges.Find(left, right).Rank;
}
