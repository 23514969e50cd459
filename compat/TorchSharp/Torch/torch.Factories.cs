using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>start, start + step, … below stop; whole numbers when all three are.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Ops.arange_start_step.Tensor(start, stop, step, dtype ?? RangeType(start, stop, step), Arg.None, InitializeDevice(device)), requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>That many values from start to end, both included.</summary>
    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Leaf(Ops.linspace.Tensor(start, end, steps, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);

    /// <summary>The identity matrix; square unless columns are given.</summary>
    public static Tensor eye(long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) => Leaf(
            Ops.eye_m.Tensor(rows, columns == -1 ? rows : columns, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad, names);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Leaf(Ops.empty_like.Tensor(input, dtype, Arg.None, device ?? input.device), requires_grad, names);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Leaf(Ops.zeros_like.Tensor(input, dtype, Arg.None, device ?? input.device), requires_grad, names);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Leaf(Ops.ones_like.Tensor(input, dtype, Arg.None, device ?? input.device), requires_grad, names);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) => Leaf(Ops.full_like.Tensor(input, value, dtype, Arg.None, device ?? input.device), requires_grad, names);

    /// <summary>
    /// A tensor over the array's own memory, which stays pinned as long as any tensor uses it. Of another type than the array's it is a
    /// copy.
    /// </summary>
    public static unsafe Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        var length = rawArray.LongLength;
        if (offset < 0 || offset >= length) throw new ArgumentException($"invalid value for 'offset': {offset}");
        if (count < 0) count = length - offset;
        if (count > length - offset) throw new IndexOutOfRangeException($"element count is too large: {count}");

        var type = ToScalarType(rawArray.GetType().GetElementType()!);
        var pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        nint result;
        var status = Native.rc_from_blob(pin.AddrOfPinnedObject() + (nint)(offset * type.ElementSize()), count, (int)type, &FreePin, GCHandle.ToIntPtr(pin), &result);
        if (status != 0) pin.Free();
        Native.Check(status);
        var tensor = Tensor.FromHandle(result);
        if (dtype != type) tensor = tensor.to_type(dtype, disposeAfter: true);
        return Leaf(tensor, requires_grad);
    }

    /// <summary>The tensor itself, or its cast or moved copy.</summary>
    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null) =>
        data.to(dtype ?? data.dtype, device ?? data.device);

    [UnmanagedCallersOnly]
    private static void FreePin(nint pin) => GCHandle.FromIntPtr(pin).Free();

    private static unsafe Tensor FromSpan<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> sizes, ScalarType? dtype, Device? device,
        bool requires_grad, string[]? names = null) where T : unmanaged
    {
        var total = 1L;
        foreach (var size in sizes) total *= size;
        if (total > values.Length)
        {
            throw new ArgumentException($"mismatched total size creating a tensor from an array: {total} vs. {values.Length}");
        }
        var type = ToScalarType(typeof(T));
        device = InitializeDevice(device);
        var tensor = Ops.empty_memory_format.Tensor(sizes.ToArray(), type, Arg.None, CPU);
        if (total > 0) values[..(int)total].CopyTo(new Span<T>((void*)tensor.DataPointer(), (int)total));
        var wanted = dtype ?? type;
        if (wanted != type || device.type != DeviceType.CPU) tensor = tensor.to(wanted, device, disposeAfter: true);
        return Leaf(tensor, requires_grad, names);
    }

    private static Tensor FromArray<T>(Array values, ScalarType? dtype, Device? device, bool requires_grad, string[]? names) where T : unmanaged
    {
        var sizes = new long[values.Rank];
        for (var k = 0; k < sizes.Length; k++) sizes[k] = values.GetLongLength(k);
        var flat = values.Length == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(
            ref System.Runtime.CompilerServices.Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(values)), values.Length);
        return FromSpan(flat, sizes, dtype, device, requires_grad, names);
    }

    /// <summary>A fresh tensor as the caller asked for it.</summary>
    private static Tensor Leaf(Tensor tensor, bool requires_grad, string[]? names = null)
    {
        if (names is { Length: > 0 }) throw new NotSupportedException("This subset of TorchSharp has no named dimensions.");
        if (requires_grad) tensor.requires_grad = true;
        return tensor;
    }

    private static ScalarType ValueType(Scalar value) => is_integral(value.Type) ? ScalarType.Int64 : get_default_dtype();

    private static ScalarType RangeType(Scalar start, Scalar stop, Scalar step) =>
        is_integral(start.Type) && is_integral(stop.Type) && is_integral(step.Type) ? ScalarType.Int64 : get_default_dtype();
}
