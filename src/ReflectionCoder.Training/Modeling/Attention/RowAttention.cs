using TorchSharp;
using static TorchSharp.torch;
using CachedRows = (
    TorchSharp.torch.Tensor Keys,
    TorchSharp.torch.Tensor Values,
    System.Collections.Generic.IReadOnlyList<int> Lengths,
    TorchSharp.torch.Tensor? Mask
);

namespace ReflectionCoder.Modeling.Attention;

/// <summary>Causal attention over packed rows: tokens of a row see tokens of the same row only, and nothing is padded.</summary>
/// <remarks>
/// Shapes: N packed tokens, Q query heads, K key-value heads, G = Q/K, D head width, R rows (of equal length T), S cached tokens.
/// </remarks>
internal static class RowAttention
{
    private const int WindowChunk = 512; // queries under one mask

    /// <summary>
    /// Attention of whole rows, [N, Q, D]. A row that is longer than the window is computed alone, under a mask that follows from its
    /// position ids.
    /// </summary>
    internal static Tensor Packed(
        Tensor q_NQD,
        Tensor k_NKD,
        Tensor v_NKD,
        IReadOnlyList<int> rowLengths,
        RowPositions? positions = null,
        int? window = null
    )
    {
        using DisposeScope scope = NewDisposeScope();
        long groups = q_NQD.shape[1] / k_NKD.shape[1];
        List<(long Rows, long Length, int? MaskedRow)> batches = EqualNeighbours(
            rowLengths,
            row => window is { } width && positions is not null && positions.Exceeds(row, width)
        );

        // Split and not sliced, because backward of a split is one concatenation, but slices would give a sum of tensors of N rows each.
        long[] sizes = [.. batches.Select(batch => batch.Rows * batch.Length)];
        (Tensor[] q, Tensor[] k, Tensor[] v) = (q_NQD.split(sizes), k_NKD.split(sizes), v_NKD.split(sizes));
        var parts = new Tensor[sizes.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            Tensor q_RQTD = Heads(q[i], batches[i]);
            Tensor k_RQTD = Expand(Heads(k[i], batches[i]), groups);
            Tensor v_RQTD = Expand(Heads(v[i], batches[i]), groups);
            Tensor out_RQTD = batches[i].MaskedRow is { } row
                ? Windowed(q_RQTD, k_RQTD, v_RQTD, positions!, row, window!.Value)
                : nn.functional.scaled_dot_product_attention(q_RQTD, k_RQTD, v_RQTD, is_casual: true);
            parts[i] = out_RQTD.transpose(1, 2).reshape(sizes[i], q_NQD.shape[1], q_NQD.shape[2]);
        }

        return (parts.Length == 1 ? parts[0] : cat(parts, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Attention of one row that is longer than the window, [1, Q, T, D]: for a chunk of queries at a time, over the keys that these may
    /// see.
    /// </summary>
    private static Tensor Windowed(Tensor q_1QTD, Tensor k_1QTD, Tensor v_1QTD, RowPositions positions, int row, int window)
    {
        int length = (int)q_1QTD.shape[2];
        List<Tensor> parts = [];
        for (int start = 0; start < length; start += WindowChunk)
        {
            int count = Math.Min(WindowChunk, length - start);
            int first = positions.FirstInReach(row, window, start, count);
            int keys = start + count - first;
            parts.Add(
                nn.functional.scaled_dot_product_attention(
                    q_1QTD.narrow(2, start, count),
                    k_1QTD.narrow(2, first, keys),
                    v_1QTD.narrow(2, first, keys),
                    attn_mask: positions.WindowMask(row, window, start, count, first, q_1QTD.device)
                )
            );
        }

        return parts.Count == 1 ? parts[0] : cat(parts, 2);
    }

    /// <summary>Puts neighbouring rows of equal length into one batch. A row that needs a mask is a batch of its own.</summary>
    private static List<(long Rows, long Length, int? MaskedRow)> EqualNeighbours(IReadOnlyList<int> rowLengths, Func<int, bool> isMasked)
    {
        List<(long Rows, long Length, int? MaskedRow)> batches = [];
        for (int row = 0; row < rowLengths.Count; row++)
        {
            int length = rowLengths[row];
            bool masked = isMasked(row);
            if (!masked && batches.Count > 0 && batches[^1].Length == length && batches[^1].MaskedRow is null)
            {
                batches[^1] = (batches[^1].Rows + 1, length, null);
            }
            else
            {
                batches.Add((1, length, masked ? row : null));
            }
        }

        return batches;
    }

    /// <summary>
    /// Attention of the next tokens of each row to themselves and to the row's cached tokens, [N, Q, D]. The tokens are added to the cache.
    /// </summary>
    /// <remarks>
    /// Here a window counts tokens instead of position ids. With a cache these are the same, because positions follow each other.
    /// </remarks>
    internal static Tensor WithCache(
        Tensor q_NQD,
        Tensor k_NKD,
        Tensor v_NKD,
        IReadOnlyList<int> rowLengths,
        KeyValueCache cache,
        int layer,
        RowPositions? positions = null,
        int? window = null
    )
    {
        using DisposeScope scope = NewDisposeScope();
        CachedRows seen = cache.Append(layer, k_NKD, v_NKD, rowLengths);
        Tensor out_NQD =
            seen.Lengths.SequenceEqual(rowLengths) ? Packed(q_NQD, k_NKD, v_NKD, rowLengths, positions, window)
            : q_NQD.shape[0] == rowLengths.Count ? NextTokens(q_NQD, seen, window)
            : Continued(q_NQD, seen, rowLengths, window);
        return out_NQD.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Attention where each row has one new token, which sees all of its row (in the window). The query heads that share a key head are
    /// treated as G queries of that head, so keys and values needn't be repeated.
    /// </summary>
    private static Tensor NextTokens(Tensor q_RQD, CachedRows seen, int? window)
    {
        using DisposeScope scope = NewDisposeScope();
        (long rows, long heads, long width) = (q_RQD.shape[0], q_RQD.shape[1], q_RQD.shape[2]);
        if (seen.Lengths.Max() > window)
        {
            seen = InReach(seen, window!.Value);
        }

        Tensor q_RKGD = q_RQD.view(rows, seen.Keys.shape[1], heads / seen.Keys.shape[1], width);
        return nn
            .functional.scaled_dot_product_attention(q_RKGD, seen.Keys, seen.Values, attn_mask: seen.Mask)
            .reshape(rows, heads, width)
            .MoveToOuterDisposeScope();
    }

    /// <summary>The cached tokens that the last token of each row sees through a window.</summary>
    private static CachedRows InReach(CachedRows seen, int window)
    {
        (int longest, int shortest) = (seen.Lengths.Max(), seen.Lengths.Min());
        int first = Math.Max(0, shortest - window);
        Tensor? mask = null;
        if (longest > shortest)
        {
            Tensor ends_R111 = tensor(seen.Lengths.Select(end => (long)end).ToArray(), device: seen.Keys.device).view(-1, 1, 1, 1);
            Tensor places = arange(first, longest, dtype: ScalarType.Int64, device: seen.Keys.device).view(1, 1, 1, -1);
            mask = places.lt(ends_R111).logical_and(places.ge(ends_R111.sub(window)));
        }

        return (seen.Keys.narrow(2, first, longest - first), seen.Values.narrow(2, first, longest - first), seen.Lengths, mask);
    }

    /// <summary>Attention where rows have several new tokens behind cached ones; computed row by row.</summary>
    private static Tensor Continued(Tensor q_NQD, CachedRows seen, IReadOnlyList<int> rowLengths, int? window)
    {
        using DisposeScope scope = NewDisposeScope();
        (long heads, long width) = (q_NQD.shape[1], q_NQD.shape[2]);
        long groups = heads / seen.Keys.shape[1];
        var parts = new Tensor[rowLengths.Count];
        long start = 0;
        for (int row = 0; row < parts.Length; row++)
        {
            (long count, long total) = (rowLengths[row], seen.Lengths[row]);
            Tensor q_1QND = q_NQD.narrow(0, start, count).transpose(0, 1).unsqueeze(0);
            Tensor k_1QSD = Expand(seen.Keys.narrow(0, row, 1).narrow(2, 0, total), groups);
            Tensor v_1QSD = Expand(seen.Values.narrow(0, row, 1).narrow(2, 0, total), groups);
            Tensor out_1QND = nn.functional.scaled_dot_product_attention(
                q_1QND,
                k_1QSD,
                v_1QSD,
                attn_mask: CausalMask(count, total, window, q_NQD.device)
            );
            parts[row] = out_1QND.squeeze(0).transpose(0, 1).reshape(count, heads, width);
            start += count;
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private static Tensor Heads(Tensor x_NKD, (long Rows, long Length, int? MaskedRow) batch) =>
        x_NKD.view(batch.Rows, batch.Length, x_NKD.shape[1], x_NKD.shape[2]).transpose(1, 2);

    /// <summary>Repeats each key-value head for the query heads that share it.</summary>
    private static Tensor Expand(Tensor x_RKTD, long groups)
    {
        if (groups == 1)
        {
            return x_RKTD;
        }

        long[] shape = x_RKTD.shape;
        return x_RKTD
            .unsqueeze(2)
            .expand(shape[0], shape[1], groups, shape[2], shape[3])
            .reshape(shape[0], shape[1] * groups, shape[2], shape[3]);
    }

    /// <summary>
    /// A mask, [count, total], that is true where query i may see key j. Query i is token (total - count + i) of the row.
    /// </summary>
    private static Tensor CausalMask(long count, long total, int? window, Device device)
    {
        Tensor queries = arange(total - count, total, dtype: ScalarType.Int64, device: device).unsqueeze(1);
        Tensor keys = arange(total, dtype: ScalarType.Int64, device: device).unsqueeze(0);
        Tensor earlier = keys.le(queries);
        return window is { } width ? earlier.logical_and(keys.gt(queries.sub(width))) : earlier;
    }
}
