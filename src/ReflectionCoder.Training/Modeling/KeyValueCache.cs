using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>Keys and values of the tokens already seen of one row, a pair a layer. The buffers double when they are full.</summary>
/// <remarks>Shapes: K key-value heads, S tokens seen, D head width. Not thread-safe; use inside <c>no_grad</c>. After a failed forward pass the layers may disagree: dispose it.</remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly List<Tensor?> keys = [];
    private readonly List<Tensor?> values = [];
    private readonly List<long> lengths = [];
    private readonly long capacity;

    /// <summary>Creates an empty cache; layers are added as they come.</summary>
    /// <param name="capacity">Tokens to make room for at first; prompt and answer, where known. The default value is 256.</param>
    public KeyValueCache(int capacity = 256)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        this.capacity = capacity;
    }

    /// <summary>Decoder layers seen; 0 before the first forward pass.</summary>
    public int Layers => lengths.Count;

    /// <summary>Tokens seen, S.</summary>
    public int Length => lengths.Count == 0 ? 0 : (int)lengths[^1];

    /// <summary>Adds a layer's new tokens.</summary>
    /// <param name="layer">The layer, from 0; new layers come in order.</param>
    /// <param name="key">Keys with their positions applied, [K, N, D].</param>
    /// <param name="value">Values, [K, N, D].</param>
    /// <returns>All keys and values so far, [K, S, D]: views that belong to the caller (or its dispose scope).</returns>
    public (Tensor Key, Tensor Value) Append(int layer, Tensor key, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer, lengths.Count);
        if (layer == lengths.Count)
        {
            keys.Add(null);
            values.Add(null);
            lengths.Add(0);
        }

        long before = lengths[layer];
        long added = key.shape[1];
        keys[layer] = Store(keys[layer], key, before);
        values[layer] = Store(values[layer], value, before);
        lengths[layer] = before + added;
        return (keys[layer]!.narrow(1, 0, before + added), values[layer]!.narrow(1, 0, before + added));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = 0; i < keys.Count; i++)
        {
            keys[i]?.Dispose();
            values[i]?.Dispose();
        }
    }

    private Tensor Store(Tensor? buffer, Tensor added_KND, long before)
    {
        using DisposeScope scope = NewDisposeScope();
        long needed = before + added_KND.shape[1];
        if (buffer is null || buffer.shape[1] < needed)
        {
            long size = Math.Max(needed, buffer is null ? capacity : 2 * buffer.shape[1]);
            Tensor larger = empty([added_KND.shape[0], size, added_KND.shape[2]], dtype: added_KND.dtype, device: added_KND.device).DetachFromDisposeScope();
            if (buffer is not null)
            {
                larger.narrow(1, 0, before).copy_(buffer.narrow(1, 0, before));
                buffer.Dispose();
            }

            buffer = larger;
        }

        buffer.narrow(1, before, added_KND.shape[1]).copy_(added_KND);
        return buffer;
    }
}
