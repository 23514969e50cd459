using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Attention;

/// <summary>
/// Keys and values of the tokens that a model has seen, for each layer and row. Generation uses it so as not to compute them again.
/// </summary>
/// <remarks>
/// Shapes: N new tokens of all rows, R rows, K key-value heads, S tokens of the longest row, D head width. Behind a shorter row there are
/// zeros, which attention must not see. Buffers double in size when they are full. Not thread-safe; use it inside <c>no_grad</c>. After a
/// failed forward pass the layers may hold different numbers of tokens: dispose it then. It owns its buffers; whoever made it disposes it.
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly List<Tensor?> keys = [];
    private readonly List<Tensor?> values = [];
    private readonly List<int[]> lengths = [];
    private long capacity;

    // Layer 0 makes these in each step, and the other layers use them too.
    private Tensor? slots;
    private Tensor? mask;

    /// <summary>Creates an empty cache. The model adds its layers in the first forward pass.</summary>
    /// <param name="capacity">
    /// Tokens that each row has room for at first: those of prompt and answer, where known. At least 1. The default value is 256.
    /// </param>
    /// <param name="rows">Number of rows, R, at least 1. The default value is 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is below 1.</exception>
    public KeyValueCache(int capacity = 256, int rows = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        this.capacity = capacity;
        Rows = rows;
    }

    /// <summary>Number of rows, R.</summary>
    public int Rows { get; private set; }

    /// <summary>Number of decoder layers; 0 before the first forward pass.</summary>
    public int Layers => lengths.Count;

    /// <summary>Number of tokens in each row; R entries.</summary>
    public IReadOnlyList<int> Lengths => lengths.Count == 0 ? new int[Rows] : lengths[^1];

    /// <summary>Number of tokens in the longest row, S.</summary>
    public int Length => Lengths.Max();

    /// <summary>Bytes of the buffers, room for more tokens included.</summary>
    public long Bytes => keys.Concat(values).Sum(buffer => buffer is null ? 0 : buffer.numel() * buffer.element_size());

    /// <summary>
    /// Estimates the memory that a cache needs: 2 · layers · key-value heads · head width · bytes of an element, for each token.
    /// </summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="dtype">The model's dtype.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="length">Number of tokens in the longest row, prompt and answer.</param>
    /// <returns>Bytes. While buffers grow, or rows are added or removed, the buffers of one layer exist twice.</returns>
    public static long EstimateBytes(ModelConfig config, ScalarType dtype, int rows, int length)
    {
        ArgumentNullException.ThrowIfNull(config);
        return 2L * config.HiddenLayers * config.KeyValueHeads * config.HeadDimension * dtype.ElementSize() * rows * length;
    }

    /// <summary>
    /// Adds the keys and values of new tokens to a layer, at least one token for each row. A model of your own calls it in each layer's
    /// attention.
    /// </summary>
    /// <param name="layer">Index of the layer, from 0. In the first forward pass the layers come in order.</param>
    /// <param name="key">Keys after their rotary embedding, rows end to end, [N, K, D]. They are copied.</param>
    /// <param name="value">Values, rows end to end, [N, K, D]. They are copied.</param>
    /// <param name="rowLengths">Number of new tokens in each row; R entries, their sum is N.</param>
    /// <returns>
    /// All keys and values so far, [R, K, S, D], and the number of tokens of each row; the keys and values of a row come first, zeros
    /// behind them. These views belong to the caller (or its dispose scope). The mask, [R, 1, 1, S], is true where a row has a token. It is
    /// given where each row got one token and the rows have different lengths, and is else null. The cache owns the mask.
    /// </returns>
    /// <exception cref="ArgumentException">The number of rows or of tokens disagrees.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="layer"/> is negative, or comes out of order.</exception>
    public (Tensor Keys, Tensor Values, IReadOnlyList<int> Lengths, Tensor? Mask) Append(
        int layer,
        Tensor key,
        Tensor value,
        IReadOnlyList<int> rowLengths
    )
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(rowLengths);
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer, lengths.Count);
        if (rowLengths.Count != Rows || rowLengths.Sum() != key.shape[0])
        {
            throw new ArgumentException(
                $"{key.shape[0]} tokens of {rowLengths.Count} rows ({string.Join(", ", rowLengths)}) for a cache of {Rows} rows.",
                nameof(rowLengths)
            );
        }

        if (layer == lengths.Count)
        {
            keys.Add(null);
            values.Add(null);
            lengths.Add(new int[Rows]);
        }

        int[] before = lengths[layer];
        int[] after = [.. before.Zip(rowLengths, (seen, added) => seen + added)];
        int longest = after.Max();
        while (capacity < longest)
        {
            capacity *= 2;
        }

        (keys[layer], values[layer]) = (WithCapacity(keys[layer], key), WithCapacity(values[layer], value));
        if (layer == 0)
        {
            ShareAcrossLayers(before, after, key);
        }

        Store(keys[layer]!, key, before, rowLengths);
        Store(values[layer]!, value, before, rowLengths);
        lengths[layer] = after;
        return (keys[layer]!.narrow(2, 0, longest), values[layer]!.narrow(2, 0, longest), after, mask);
    }

    /// <summary>Keeps some rows, in the order given. Rows that are not given are removed; a row that is given twice is copied.</summary>
    /// <param name="rows">Indices of the rows to keep, at least one.</param>
    /// <exception cref="ArgumentException">No row is given.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A row doesn't exist.</exception>
    public void Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0)
        {
            throw new ArgumentException("No row is left; dispose the cache instead.", nameof(rows));
        }

        foreach (int row in rows)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row, nameof(rows));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows, nameof(rows));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor? chosen = null;
        for (int layer = 0; layer < Layers; layer++)
        {
            chosen ??= tensor(rows.Select(row => (long)row).ToArray(), device: keys[0]!.device);
            keys[layer] = Replace(keys[layer]!, keys[layer]!.index_select(0, chosen));
            values[layer] = Replace(values[layer]!, values[layer]!.index_select(0, chosen));
            lengths[layer] = [.. rows.Select(row => lengths[layer][row])];
        }

        Rows = rows.Count;
    }

    /// <summary>Appends the rows of another cache to the rows of this one, and disposes the other.</summary>
    /// <param name="other">A cache of the same model.</param>
    /// <exception cref="ArgumentException">It has another number of layers.</exception>
    public void Join(KeyValueCache other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Layers != Layers)
        {
            throw new ArgumentException($"A cache of {other.Layers} layers can't join one of {Layers}.", nameof(other));
        }

        using DisposeScope scope = NewDisposeScope();
        capacity = Math.Max(capacity, other.capacity);
        for (int layer = 0; layer < Layers; layer++)
        {
            keys[layer] = Replace(keys[layer]!, Stack(keys[layer]!, other.keys[layer]!));
            values[layer] = Replace(values[layer]!, Stack(values[layer]!, other.values[layer]!));
            lengths[layer] = [.. lengths[layer], .. other.lengths[layer]];
        }

        Rows += other.Rows;
        other.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor? buffer in keys.Concat(values))
        {
            buffer?.Dispose();
        }

        mask?.Dispose();
        slots?.Dispose();
    }

    private static Tensor Replace(Tensor old, Tensor buffer)
    {
        old.Dispose();
        return buffer.DetachFromDisposeScope();
    }

    private Tensor Stack(Tensor first_RKCD, Tensor second_RKCD)
    {
        long[] shape = first_RKCD.shape;
        Tensor both = Zeros(first_RKCD, shape[0] + second_RKCD.shape[0]);
        both.narrow(0, 0, shape[0]).narrow(2, 0, shape[2]).copy_(first_RKCD);
        both.narrow(0, shape[0], second_RKCD.shape[0]).narrow(2, 0, second_RKCD.shape[2]).copy_(second_RKCD);
        return both;
    }

    // Zeros, because uninitialized memory may hold NaN or infinity, and these times a masked token's weight of 0 are NaN.
    private Tensor Zeros(Tensor like_xKxD, long rows)
    {
        long[] shape = like_xKxD.shape;
        return zeros([rows, shape[1], capacity, shape[^1]], dtype: like_xKxD.dtype, device: like_xKxD.device);
    }

    private Tensor WithCapacity(Tensor? buffer_RKCD, Tensor added_NKD)
    {
        using DisposeScope scope = NewDisposeScope();
        if (buffer_RKCD is null)
        {
            return Zeros(added_NKD, Rows).DetachFromDisposeScope();
        }

        if (buffer_RKCD.shape[2] == capacity)
        {
            return buffer_RKCD;
        }

        Tensor larger = Zeros(buffer_RKCD, Rows);
        larger.narrow(2, 0, buffer_RKCD.shape[2]).copy_(buffer_RKCD);
        return Replace(buffer_RKCD, larger);
    }

    /// <summary>
    /// Computes where the tokens of a step go in the buffers, and the mask, for steps where the rows have different lengths. Both are the
    /// same for every layer.
    /// </summary>
    private void ShareAcrossLayers(int[] before, int[] after, Tensor key_NKD)
    {
        mask?.Dispose();
        slots?.Dispose();
        (mask, slots) = (null, null);
        if (key_NKD.shape[0] != Rows || before.All(seen => seen == before[0]))
        {
            return;
        }

        using DisposeScope scope = NewDisposeScope();
        long heads = key_NKD.shape[1];
        var places = new long[Rows * heads];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = (i * capacity) + before[i / heads];
        }

        slots = tensor(places, device: key_NKD.device).DetachFromDisposeScope();
        Tensor ends_R111 = tensor(after.Select(end => (long)end).ToArray(), device: key_NKD.device).view(Rows, 1, 1, 1);
        mask = arange(after.Max(), dtype: ScalarType.Int64, device: key_NKD.device)
            .view(1, 1, 1, -1)
            .lt(ends_R111)
            .DetachFromDisposeScope();
    }

    private void Store(Tensor buffer_RKCD, Tensor added_NKD, int[] before, IReadOnlyList<int> rowLengths)
    {
        using DisposeScope scope = NewDisposeScope();
        long width = added_NKD.shape[2];
        if (slots is not null)
        {
            buffer_RKCD.view(-1, width).index_copy_(0, slots, added_NKD.reshape(-1, width));
            return;
        }

        if (added_NKD.shape[0] == Rows)
        {
            buffer_RKCD.narrow(2, before[0], 1).copy_(added_NKD.unsqueeze(2));
            return;
        }

        long start = 0;
        for (int row = 0; row < Rows; row++)
        {
            Tensor added_KTD = added_NKD.narrow(0, start, rowLengths[row]).transpose(0, 1);
            buffer_RKCD.select(0, row).narrow(1, before[row], rowLengths[row]).copy_(added_KTD);
            start += rowLengths[row];
        }
    }
}
