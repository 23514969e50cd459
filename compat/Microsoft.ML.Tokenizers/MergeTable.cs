using System.Numerics;

namespace Microsoft.ML.Tokenizers;

/// <summary>Merges by their pair of ids: an open-addressing table, about twice as fast to ask as a dictionary.</summary>
internal sealed class MergeTable
{
    private readonly ulong[] pairs;
    private readonly (int Rank, int Id)[] merges;
    private readonly int shift;

    /// <summary>Creates a table.</summary>
    /// <param name="entries">The pairs, none twice, in order of rank, with the id that each becomes.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Id)> entries)
    {
        int bits = Math.Max(4, 33 - BitOperations.LeadingZeroCount((uint)entries.Count));
        pairs = new ulong[1 << bits];
        merges = new (int, int)[1 << bits];
        shift = 64 - bits;
        for (int rank = 0; rank < entries.Count; rank++)
        {
            (int left, int right, int id) = entries[rank];
            ulong pair = Pair(left, right);
            int slot = Slot(pair);
            if (pairs[slot] == pair)
            {
                throw new ArgumentException($"The merge of the ids {left} and {right} is there twice.", nameof(entries));
            }

            pairs[slot] = pair;
            merges[slot] = (rank, id);
        }
    }

    /// <summary>Looks a merge up.</summary>
    /// <returns>Its rank and the id that it makes; the largest rank where there is none.</returns>
    public (int Rank, int Id) Find(int left, int right)
    {
        ulong pair = Pair(left, right);
        int slot = Slot(pair);
        return pairs[slot] == pair ? merges[slot] : (int.MaxValue, -1);
    }

    // One is added because an empty slot is 0.
    private static ulong Pair(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;

    private int Slot(ulong pair)
    {
        int slot = (int)((pair * 0x9e3779b97f4a7c15) >> shift);
        while (pairs[slot] != pair && pairs[slot] != 0)
        {
            slot = (slot + 1) & (pairs.Length - 1);
        }

        return slot;
    }
}
