using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Attention;

/// <summary>Position ids of packed rows on the host, for what depends on them: windows, dynamic rotary scaling, position tables.</summary>
internal sealed class RowPositions
{
    private readonly long[] positions;
    private readonly (int Start, int Count, long Low, long High)[] rows;

    /// <param name="positions">Position ids, N.</param>
    /// <param name="rowLengths">Tokens of each row; their sum is N.</param>
    internal RowPositions(long[] positions, IReadOnlyList<int> rowLengths)
    {
        this.positions = positions;
        rows = new (int, int, long, long)[rowLengths.Count];
        int start = 0;
        for (int row = 0; row < rows.Length; row++)
        {
            ReadOnlySpan<long> own = positions.AsSpan(start, rowLengths[row]);
            (long low, long high) = (own[0], own[0]);
            foreach (long position in own)
            {
                (low, high) = (Math.Min(low, position), Math.Max(high, position));
            }

            rows[row] = (start, own.Length, low, high);
            start += own.Length;
        }
    }

    internal int Rows => rows.Length;

    internal long Low => rows.Min(row => row.Low);

    internal long High => rows.Max(row => row.High);

    /// <summary>Index of the row that each token belongs to, N.</summary>
    internal long[] RowOfToken => [.. rows.SelectMany((row, i) => Enumerable.Repeat((long)i, row.Count))];

    /// <summary>A row's largest position plus 1: its length before tokens were left out at its front or inside.</summary>
    internal long SequenceLength(int row) => rows[row].High + 1;

    /// <summary>Whether a row is one token after the other from a position on.</summary>
    internal bool Counts(int row, long from)
    {
        ReadOnlySpan<long> own = positions.AsSpan(rows[row].Start, rows[row].Count);
        for (int i = 0; i < own.Length; i++)
        {
            if (own[i] != from + i)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether two tokens of a row are at least a window apart, so that the window hides something.</summary>
    internal bool Exceeds(int row, int window) => rows[row].High - rows[row].Low >= window;

    /// <summary>The first token of a row that one of some queries may see: no earlier one is in reach of any.</summary>
    internal int FirstInReach(int row, int window, int start, int count)
    {
        ReadOnlySpan<long> own = positions.AsSpan(rows[row].Start, rows[row].Count);
        long lowest = long.MaxValue;
        foreach (long position in own.Slice(start, count))
        {
            lowest = Math.Min(lowest, position);
        }

        int first = 0;
        while (lowest - own[first] >= window)
        {
            first++;
        }

        return first;
    }

    /// <summary>True where a query may see a key: it comes no later, and its position is less than a window before.</summary>
    /// <param name="row">The row.</param>
    /// <param name="window">The window.</param>
    /// <param name="start">The first query.</param>
    /// <param name="count">Queries.</param>
    /// <param name="firstKey">The first key; the last is the last query.</param>
    /// <param name="device">Where the mask is wanted.</param>
    /// <returns>[queries, keys].</returns>
    internal Tensor WindowMask(int row, int window, int start, int count, int firstKey, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor positions_S = tensor(positions.AsSpan(rows[row].Start + firstKey, start + count - firstKey).ToArray(), device: device);
        Tensor order_S = arange(firstKey, start + count, dtype: ScalarType.Int64, device: device);
        (Tensor positions_C1, Tensor order_C1) = (
            positions_S.narrow(0, start - firstKey, count).unsqueeze(1),
            order_S.narrow(0, start - firstKey, count).unsqueeze(1)
        );
        Tensor near_CS = positions_C1.sub(positions_S.unsqueeze(0)).lt(window);
        return order_S.unsqueeze(0).le(order_C1).logical_and(near_CS).MoveToOuterDisposeScope();
    }
}
