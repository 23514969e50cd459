using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>Causal attention over packed rows: no row sees another, and nothing is padded.</summary>
/// <remarks>Shapes: N packed tokens, Q query heads, K key-value heads, G = Q/K, D head width, R rows (of equal length T), S cached tokens.</remarks>
internal static class RowAttention
{
    /// <summary>Attention of whole rows, [N, Q, D].</summary>
    internal static Tensor Packed(Tensor q_NQD, Tensor k_NKD, Tensor v_NKD, IReadOnlyList<int> rowLengths)
    {
        using DisposeScope scope = NewDisposeScope();
        long groups = q_NQD.shape[1] / k_NKD.shape[1];
        List<(long Rows, long Length)> batches = EqualNeighbours(rowLengths);

        // Splits, not slices: the gradient of a split is one concatenation, that of slices a sum of tensors of N rows each.
        long[] sizes = [.. batches.Select(batch => batch.Rows * batch.Length)];
        (Tensor[] q, Tensor[] k, Tensor[] v) = (q_NQD.split(sizes), k_NKD.split(sizes), v_NKD.split(sizes));
        var parts = new Tensor[sizes.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            Tensor q_RQTD = Heads(q[i], batches[i]);
            Tensor k_RQTD = Expand(Heads(k[i], batches[i]), groups);
            Tensor v_RQTD = Expand(Heads(v[i], batches[i]), groups);
            Tensor out_RQTD = nn.functional.scaled_dot_product_attention(q_RQTD, k_RQTD, v_RQTD, is_casual: true);
            parts[i] = out_RQTD.transpose(1, 2).reshape(sizes[i], q_NQD.shape[1], q_NQD.shape[2]);
        }

        return (parts.Length == 1 ? parts[0] : cat(parts, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>Neighbouring rows of equal length, which go as one batch.</summary>
    private static List<(long Rows, long Length)> EqualNeighbours(IReadOnlyList<int> rowLengths)
    {
        List<(long Rows, long Length)> batches = [];
        foreach (int length in rowLengths)
        {
            if (batches.Count > 0 && batches[^1].Length == length)
            {
                batches[^1] = (batches[^1].Rows + 1, length);
            }
            else
            {
                batches.Add((1, length));
            }
        }

        return batches;
    }

    /// <summary>Attention of the next tokens of each row to themselves and to the row's cached ones, [N, Q, D]; adds the tokens to the cache.</summary>
    internal static Tensor WithCache(Tensor q_NQD, Tensor k_NKD, Tensor v_NKD, IReadOnlyList<int> rowLengths, KeyValueCache cache, int layer)
    {
        using DisposeScope scope = NewDisposeScope();
        CachedRows seen = cache.Append(layer, k_NKD, v_NKD, rowLengths);
        Tensor out_NQD = seen.Lengths.SequenceEqual(rowLengths) ? Packed(q_NQD, k_NKD, v_NKD, rowLengths)
            : q_NQD.shape[0] == rowLengths.Count ? NextTokens(q_NQD, seen)
            : Continued(q_NQD, seen, rowLengths);
        return out_NQD.MoveToOuterDisposeScope();
    }

    /// <summary>One token a row, which sees everything: the query heads of a key head stand side by side as its G queries, so nothing is expanded.</summary>
    private static Tensor NextTokens(Tensor q_RQD, CachedRows seen)
    {
        using DisposeScope scope = NewDisposeScope();
        (long rows, long heads, long width) = (q_RQD.shape[0], q_RQD.shape[1], q_RQD.shape[2]);
        Tensor q_RKGD = q_RQD.view(rows, seen.Keys.shape[1], heads / seen.Keys.shape[1], width);
        return nn.functional.scaled_dot_product_attention(q_RKGD, seen.Keys, seen.Values, attn_mask: seen.Mask)
            .reshape(rows, heads, width).MoveToOuterDisposeScope();
    }

    /// <summary>Several tokens a row behind cached ones, row by row.</summary>
    private static Tensor Continued(Tensor q_NQD, CachedRows seen, IReadOnlyList<int> rowLengths)
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
            Tensor out_1QND = nn.functional.scaled_dot_product_attention(q_1QND, k_1QSD, v_1QSD, attn_mask: CausalMask(count, total, q_NQD.device));
            parts[row] = out_1QND.squeeze(0).transpose(0, 1).reshape(count, heads, width);
            start += count;
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    private static Tensor Heads(Tensor x_NKD, (long Rows, long Length) batch) =>
        x_NKD.view(batch.Rows, batch.Length, x_NKD.shape[1], x_NKD.shape[2]).transpose(1, 2);

    /// <summary>Repeats each key-value head for the query heads that share it.</summary>
    private static Tensor Expand(Tensor x_RKTD, long groups)
    {
        if (groups == 1)
        {
            return x_RKTD;
        }

        long[] shape = x_RKTD.shape;
        return x_RKTD.unsqueeze(2).expand(shape[0], shape[1], groups, shape[2], shape[3]).reshape(shape[0], shape[1] * groups, shape[2], shape[3]);
    }

    /// <summary>True where query i, which is token total - count + i of the row, may see key j; [count, total].</summary>
    private static Tensor CausalMask(long count, long total, Device device)
    {
        Tensor queries = arange(total - count, total, dtype: ScalarType.Int64, device: device).unsqueeze(1);
        return arange(total, dtype: ScalarType.Int64, device: device).unsqueeze(0).le(queries);
    }
}
