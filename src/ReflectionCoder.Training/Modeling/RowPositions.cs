using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

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

    /// <summary>True where query i may see key j: it comes no later, and its position is less than a window before; [T, T].</summary>
    internal Tensor WindowMask(int row, int window, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor positions_T = tensor(positions.AsSpan(rows[row].Start, rows[row].Count).ToArray(), device: device);
        Tensor order_T = arange(rows[row].Count, dtype: ScalarType.Int64, device: device);
        Tensor near_TT = positions_T.unsqueeze(1).sub(positions_T.unsqueeze(0)).lt(window);
        return order_T.unsqueeze(0).le(order_T.unsqueeze(1)).logical_and(near_TT).MoveToOuterDisposeScope();
    }
}
