using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Attention;

/// <summary>Position ids of packed rows in the host's memory, for windows, dynamic rotary scaling and tables of positions.</summary>
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

    /// <summary>For each token, the index of its row; N entries.</summary>
    internal long[] RowOfToken => [.. rows.SelectMany((row, i) => Enumerable.Repeat((long)i, row.Count))];

    /// <summary>
    /// A row's largest position id plus 1. That is the length of the row with the tokens that were left out of it, except at its end.
    /// </summary>
    internal long SequenceLength(int row) => rows[row].High + 1;

    /// <summary>Whether the position ids of a row are from, from + 1, from + 2, and so on.</summary>
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

    /// <summary>Whether the position ids in a row differ by the window or more, so that some token is outside it.</summary>
    internal bool Exceeds(int row, int window) => rows[row].High - rows[row].Low >= window;

    /// <summary>Index of the first token in a row that at least one of some queries may see.</summary>
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

    /// <summary>
    /// A mask that is true where a query may see a key: the key is not later, and its position id is less than the window behind.
    /// </summary>
    /// <param name="row">Index of the row.</param>
    /// <param name="window">Width of the window.</param>
    /// <param name="start">Index of the first query in the row.</param>
    /// <param name="count">Number of queries.</param>
    /// <param name="firstKey">Index of the first key in the row; the last key is the token of the last query.</param>
    /// <param name="device">Device of the mask.</param>
    /// <returns>The mask, [queries, keys].</returns>
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
