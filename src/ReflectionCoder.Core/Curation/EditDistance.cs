namespace ReflectionCoder.Curation;

/// <summary>
/// The Levenshtein distance of two sequences: how many items must at least be inserted, removed or replaced to make one of the other.
/// </summary>
/// <remarks>
/// Myers' bit-parallel algorithm in Hyyrö's form for several blocks ("Explaining and extending the bit-parallel approximate string
/// matching algorithm of Myers", 2001): 64 items of one sequence at a time, so that programs of ten thousand tokens take milliseconds.
/// </remarks>
internal static class EditDistance
{
    private const int BlockSize = 64;

    /// <summary>Measures the distance.</summary>
    public static int Measure<T>(ReadOnlySpan<T> one, ReadOnlySpan<T> other)
        where T : notnull, IEquatable<T>
    {
        int prefix = one.CommonPrefixLength(other);
        one = one[prefix..];
        other = other[prefix..];
        while (one.Length > 0 && other.Length > 0 && one[^1].Equals(other[^1]))
        {
            one = one[..^1];
            other = other[..^1];
        }

        return one.Length == 0 ? other.Length
            : other.Length == 0 ? one.Length
            : one.Length < other.Length ? Blocks(one, other)
            : Blocks(other, one);
    }

    /// <summary>The distance as a share of the longer sequence's length, from 0 for equal ones to 1.</summary>
    public static double Share<T>(ReadOnlySpan<T> one, ReadOnlySpan<T> other)
        where T : notnull, IEquatable<T>
    {
        int longest = Math.Max(one.Length, other.Length);
        return longest == 0 ? 0 : (double)Measure(one, other) / longest;
    }

    private static int Blocks<T>(ReadOnlySpan<T> pattern, ReadOnlySpan<T> text)
        where T : notnull, IEquatable<T>
    {
        int count = (pattern.Length + BlockSize - 1) / BlockSize;
        Dictionary<T, ulong[]> places = [];
        for (int i = 0; i < pattern.Length; i++)
        {
            if (!places.TryGetValue(pattern[i], out ulong[]? bits))
            {
                places.Add(pattern[i], bits = new ulong[count]);
            }

            bits[i / BlockSize] |= 1UL << (i % BlockSize);
        }

        // One column of the distance table: where it rises by one from row to row, and where it falls.
        ulong[] rises = new ulong[count];
        ulong[] falls = new ulong[count];
        Array.Fill(rises, ulong.MaxValue);
        ulong[] nowhere = new ulong[count];
        ulong lastRow = 1UL << ((pattern.Length - 1) % BlockSize);
        int distance = pattern.Length;
        foreach (T item in text)
        {
            ulong[] equal = places.GetValueOrDefault(item, nowhere);
            ulong riseIn = 1; // the table's first row rises by one with each item
            ulong fallIn = 0;
            for (int block = 0; block < count; block++)
            {
                ulong vertical = equal[block] | falls[block];
                ulong match = equal[block] | fallIn;
                ulong diagonal = unchecked((((match & rises[block]) + rises[block]) ^ rises[block]) | match);
                ulong rise = falls[block] | ~(diagonal | rises[block]);
                ulong fall = rises[block] & diagonal;
                if (block == count - 1)
                {
                    distance +=
                        (rise & lastRow) != 0 ? 1
                        : (fall & lastRow) != 0 ? -1
                        : 0;
                }

                ulong riseOut = rise >> (BlockSize - 1);
                ulong fallOut = fall >> (BlockSize - 1);
                rise = (rise << 1) | riseIn;
                fall = (fall << 1) | fallIn;
                rises[block] = fall | ~(vertical | rise);
                falls[block] = rise & vertical;
                (riseIn, fallIn) = (riseOut, fallOut);
            }
        }

        return distance;
    }
}
