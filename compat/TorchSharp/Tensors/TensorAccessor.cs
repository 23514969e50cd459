using System.Collections;

namespace TorchSharp.Utils;

/// <summary>The elements of a CPU tensor in row-major order, whatever its strides; reads and writes go straight to its memory.</summary>
/// <typeparam name="T">The tensor's exact element type.</typeparam>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private torch.Tensor? tensor;
    private T* data;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;
    private readonly long count;

    internal TensorAccessor(torch.Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
        {
            throw new InvalidOperationException(
                "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        }
        data = (T*)tensor.DataPointer();
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        count = tensor.numel();
        this.tensor = tensor;
    }

    public long Count => tensor is null ? 0 : count;

    public bool IsReadOnly => false;

    /// <summary>The element at the given place: one linear index, or one a dimension. As in the real library, only a vector is written by one index.</summary>
    public T this[params long[] indices]
    {
        get
        {
            var value = data[Offset(indices)];
            GC.KeepAlive(this);
            return value;
        }
        set
        {
            if (indices.Length < shape.Length) throw new IndexOutOfRangeException($"{indices.Length} indices for {shape.Length} dimensions.");
            data[Offset(indices)] = value;
            GC.KeepAlive(this);
        }
    }

    public T[] ToArray()
    {
        var result = new T[Count];
        // As in the real library, an empty tensor of two or more dimensions is out of range.
        if (result.Length > 0 || shape.Length > 1) CopyTo(result);
        return result;
    }

    /// <summary>An array of the tensor's rank.</summary>
    public Array ToNDArray()
    {
        if (shape.Length <= 1) return ToArray();
        var result = Array.CreateInstance(typeof(T), shape);
        var place = new long[shape.Length];
        for (long i = 0; i < Count; i++)
        {
            var rest = i;
            for (var k = shape.Length - 1; k >= 0; k--) rest = Math.DivRem(rest, shape[k], out place[k]);
            result.SetValue(data[Offset(i)], place);
        }
        return result;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo((Span<T>)array, arrayIndex, tensorIndex);

    /// <summary>Copies from the tensor's element tensorIndex on, as far as both reach.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[arrayIndex..];
        var reach = Reach(tensorIndex, target.Length);
        if (contiguous) new ReadOnlySpan<T>(data + tensorIndex, reach).CopyTo(target);
        else for (var k = 0; k < reach; k++) target[k] = data[Offset(tensorIndex + k)];
        GC.KeepAlive(this);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    /// <summary>Overwrites the tensor's elements from tensorIndex on, as far as both reach.</summary>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        var reach = Reach(tensorIndex, source.Length);
        if (contiguous) source[..reach].CopyTo(new Span<T>(data + tensorIndex, reach));
        else for (var k = 0; k < reach; k++) data[Offset(tensorIndex + k)] = source[k];
        GC.KeepAlive(this);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0, n = Count; i < n; i++) yield return At(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether both hold equal elements in equal order.</summary>
    public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) => left.Count == right.Count && left.SequenceEqual(right);

    public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !(left == right);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && (data == other.data || this == other);

    /// <inheritdoc/>
    public override int GetHashCode() => base.GetHashCode();

    /// <summary>Lets go of the tensor; it is not disposed.</summary>
    public void Dispose()
    {
        data = null;
        tensor = null;
    }

    internal static T ReadItemAt(torch.Tensor tensor, long index)
    {
        tensor.ValidateType(typeof(T));
        return new TensorAccessor<T>(tensor).At(index);
    }

    private T At(long index)
    {
        var value = data[Offset(index)];
        GC.KeepAlive(this);
        return value;
    }

    private int Reach(long tensorIndex, int length)
    {
        if (tensorIndex < 0 || tensorIndex >= Count) throw new ArgumentOutOfRangeException(nameof(tensorIndex));
        return (int)Math.Min(length, Count - tensorIndex);
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
        {
            if (indices[0] >= Count) throw new IndexOutOfRangeException();
            return Offset(indices[0]);
        }
        long offset = 0;
        for (var k = 0; k < shape.Length; k++)
        {
            if (indices[k] < 0 || indices[k] >= shape[k]) throw new IndexOutOfRangeException($"{indices[k]} >= {shape[k]} in dimension {k}.");
            offset += indices[k] * strides[k];
        }
        return offset;
    }

    private long Offset(long index)
    {
        if (index < 0 || index >= Count) throw new ArgumentOutOfRangeException(nameof(index), $"{index} in a collection of {Count} elements.");
        if (contiguous) return index;
        long offset = 0;
        for (var k = shape.Length - 1; k >= 0; k--)
        {
            index = Math.DivRem(index, shape[k], out var place);
            offset += place * strides[k];
        }
        return offset;
    }
}
