using System.Numerics;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Curation;

/// <summary>
/// Signatures of sets, by MinHash (Broder 1997): the share of equal places of two signatures is near the Jaccard index of the sets.
/// </summary>
internal static class MinHash
{
    /// <summary>How many places a signature has.</summary>
    public const int Length = 128;

    private static readonly uint[] Masks = Draw(0);
    private static readonly uint[] Factors = [.. Draw(1).Select(factor => factor | 1)]; // odd ones map the numbers one to one

    /// <summary>Computes the signature of a set.</summary>
    /// <param name="items">Hashes of its items, well mixed.</param>
    /// <param name="signature">Receives the signature, [<see cref="Length"/>].</param>
    public static void Compute(ReadOnlySpan<uint> items, Span<uint> signature)
    {
        int width = Vector<uint>.Count;
        for (int place = 0; place < Length; place += width)
        {
            Vector<uint> mask = new(Masks, place);
            Vector<uint> factor = new(Factors, place);
            Vector<uint> least = new(uint.MaxValue);
            foreach (uint item in items)
            {
                Vector<uint> mixed = (new Vector<uint>(item) ^ mask) * factor;
                least = Vector.Min(least, (mixed ^ (mixed >>> 15)) * factor);
            }

            least.CopyTo(signature[place..]);
        }
    }

    /// <summary>The share of equal places, from 0 to 1.</summary>
    public static double Estimate(ReadOnlySpan<uint> one, ReadOnlySpan<uint> other)
    {
        Vector<int> equal = Vector<int>.Zero;
        for (int place = 0; place < Length; place += Vector<uint>.Count)
        {
            // A place that is equal counts as -1.
            equal -= Vector.AsVectorInt32(Vector.Equals(new Vector<uint>(one[place..]), new Vector<uint>(other[place..])));
        }

        return (double)Vector.Sum(equal) / Length;
    }

    /// <summary>The Jaccard index of two sets, given as numbers in rising order without repeats.</summary>
    public static double Jaccard(ReadOnlySpan<uint> one, ReadOnlySpan<uint> other)
    {
        int shared = 0;
        int i = 0;
        int j = 0;
        while (i < one.Length && j < other.Length)
        {
            shared += one[i] == other[j] ? 1 : 0;
            (i, j) =
                one[i] == other[j] ? (i + 1, j + 1)
                : one[i] < other[j] ? (i + 1, j)
                : (i, j + 1);
        }

        int all = one.Length + other.Length - shared;
        return all == 0 ? 1 : (double)shared / all;
    }

    private static uint[] Draw(ulong seed)
    {
        SplitMix64 generator = new(seed);
        uint[] numbers = new uint[Length];
        for (int i = 0; i < Length; i++)
        {
            numbers[i] = (uint)(generator.Next() >> 32);
        }

        return numbers;
    }
}
