using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Attention;

/// <summary>Keys and values of the tokens already seen, row by row, a pair a layer. The buffers grow by doubling.</summary>
/// <remarks>
/// Shapes: N new tokens of all rows, R rows, K key-value heads, S tokens of the longest row, D head width. Shorter rows are followed by
/// zeros, which nobody looks at. Not thread-safe; use inside <c>no_grad</c>. After a failed forward pass the layers may disagree: dispose
/// it.
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly List<Tensor?> keys = [];
    private readonly List<Tensor?> values = [];
    private readonly List<int[]> lengths = [];
    private long capacity;

    // What every layer of a step shares: made by the first, until the next step's.
    private Tensor? slots;
    private Tensor? mask;

    /// <summary>Creates an empty cache; layers are added as they come.</summary>
    /// <param name="capacity">Tokens a row to make room for at first; prompt and answer, where known. At least 1; the default value is
    /// 256.</param>
    /// <param name="rows">Rows, R, at least 1. The default value is 1.</param>
    public KeyValueCache(int capacity = 256, int rows = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        this.capacity = capacity;
        Rows = rows;
    }

    /// <summary>Rows, R.</summary>
    public int Rows { get; private set; }

    /// <summary>Decoder layers seen; 0 before the first forward pass.</summary>
    public int Layers => lengths.Count;

    /// <summary>Tokens seen of each row, R numbers.</summary>
    public IReadOnlyList<int> Lengths => lengths.Count == 0 ? new int[Rows] : lengths[^1];

    /// <summary>Tokens seen of the longest row, S.</summary>
    public int Length => Lengths.Max();

    /// <summary>Memory of the buffers in bytes.</summary>
    public long Bytes => keys.Concat(values).Sum(buffer => buffer is null ? 0 : buffer.numel() * buffer.element_size());

    /// <summary>Memory that rows of a length need: 2 · layers · key-value heads · head width · bytes a number, for each token.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="dtype">The model's dtype.</param>
    /// <param name="rows">Rows side by side.</param>
    /// <param name="length">Tokens of the longest row, prompt and answer.</param>
    /// <returns>Bytes; while buffers grow or rows come and go, a layer's share exists twice.</returns>
    public static long EstimateBytes(ModelConfig config, ScalarType dtype, int rows, int length)
    {
        ArgumentNullException.ThrowIfNull(config);
        return 2L * config.HiddenLayers * config.KeyValueHeads * config.HeadDimension * dtype.ElementSize() * rows * length;
    }

    /// <summary>Adds a layer's new tokens, of every row at least one.</summary>
    /// <param name="layer">The layer, from 0; new layers come in order.</param>
    /// <param name="key">Keys with their positions applied, rows end to end, [N, K, D].</param>
    /// <param name="value">Values, [N, K, D].</param>
    /// <param name="rowLengths">New tokens of each row, R numbers; their sum is N.</param>
    /// <returns>
    /// All keys and values so far, [R, K, S, D], of which a row's are the first of its length; the views belong to the caller (or its
    /// dispose scope). Tokens of each row, those just added included. And a mask, true where a row has a token, [R, 1, 1, S], where every
    /// row was given one token and their lengths differ; else null. The cache owns it.
    /// </returns>
    /// <exception cref="ArgumentException">Rows and lengths disagree.</exception>
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

    /// <summary>Keeps rows, in the order given: those left out are forgotten, one given twice is forked.</summary>
    /// <param name="rows">Indices of rows, at least one.</param>
    /// <exception cref="ArgumentException">None is given.</exception>
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

    /// <summary>Takes over the rows of another cache, behind its own; the other is disposed.</summary>
    /// <param name="other">A cache of the same model.</param>
    /// <exception cref="ArgumentException">It has seen another number of layers.</exception>
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

    // Zeros, because a masked token's weight of 0 would make NaN of what uninitialized memory may hold.
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

    /// <summary>Where the tokens of a step go and who sees what, where the rows differ; the same for every layer.</summary>
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
