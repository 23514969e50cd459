using System.Runtime.InteropServices;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Curation;

/// <summary>
/// Finds signatures that are alike, by locality-sensitive hashing: signatures are cut into bands, and those with an equal band are
/// candidates. With 25 bands of 5 places, two sets with a Jaccard index of 0.7 become candidates with a probability of 0.990, of 0.8 with
/// 0.9999, of 0.3 with 0.06.
/// </summary>
internal sealed class SignatureIndex
{
    private const int Bands = 25;
    private const int Rows = 5;

    private readonly Dictionary<ulong, int>[] heads = [.. Enumerable.Range(0, Bands).Select(_ => new Dictionary<ulong, int>())];
    private readonly List<Entry> entries = [];
    private int visit;

    /// <summary>Adds a signature.</summary>
    /// <param name="item">Its number.</param>
    /// <param name="signature">The signature.</param>
    public void Add(int item, ReadOnlySpan<uint> signature)
    {
        int[] next = new int[Bands];
        for (int band = 0; band < Bands; band++)
        {
            ref int head = ref CollectionsMarshal.GetValueRefOrAddDefault(heads[band], KeyOf(signature, band), out bool exists);
            next[band] = exists ? head : -1;
            head = entries.Count;
        }

        entries.Add(new Entry(item, next));
    }

    /// <summary>Lists the numbers of the signatures that have a band in common with one, each once, in no particular order.</summary>
    public void Find(ReadOnlySpan<uint> signature, List<int> candidates)
    {
        candidates.Clear();
        visit++;
        for (int band = 0; band < Bands; band++)
        {
            int next = heads[band].TryGetValue(KeyOf(signature, band), out int head) ? head : -1;
            while (next >= 0)
            {
                Entry entry = entries[next];
                if (entry.Visit != visit)
                {
                    entry.Visit = visit;
                    candidates.Add(entry.Item);
                }

                next = entry.Next[band];
            }
        }
    }

    private static ulong KeyOf(ReadOnlySpan<uint> signature, int band)
    {
        ulong key = 0;
        foreach (uint value in signature.Slice(band * Rows, Rows))
        {
            key = SplitMix64.Mix(unchecked(key + value + 0x9e3779b97f4a7c15));
        }

        return key;
    }

    /// <summary>A signature's number, and in each band the entry before it with the same key; -1 for none.</summary>
    private sealed class Entry(int item, int[] next)
    {
        public int Item => item;

        public int[] Next => next;

        public int Visit { get; set; }
    }
}
