using System.Runtime.CompilerServices;
using System.Text;

namespace TorchSharp.Interop;

/// <summary>
/// One ATen operator overload ("aten::add.Tensor"), found in the dispatcher at its first call. Arguments go in schema order; those left
/// out take the schema's defaults.
/// </summary>
internal sealed unsafe class Op(string name)
{
    private const int StackArgs = 16;
    private nint handle;
    private bool looked;

    /// <summary>Whether this libtorch has the overload.</summary>
    internal bool Exists
    {
        get
        {
            if (!looked) Resolve();
            return handle != 0;
        }
    }

    /// <summary>The operator's only tensor result.</summary>
    internal torch.Tensor Tensor(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        Call(args, &result, 1);
        return torch.Tensor.FromHandle(result.Tag == Tag.Tensor ? (nint)result.Bits : 0);
    }

    internal (torch.Tensor, torch.Tensor) Two(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[2];
        Call(args, results, 2);
        return (torch.Tensor.FromHandle((nint)results[0].Bits), torch.Tensor.FromHandle((nint)results[1].Bits));
    }

    internal (torch.Tensor, torch.Tensor, torch.Tensor) Three(params ReadOnlySpan<Arg> args)
    {
        var results = stackalloc NativeValue[3];
        Call(args, results, 3);
        return (torch.Tensor.FromHandle((nint)results[0].Bits), torch.Tensor.FromHandle((nint)results[1].Bits), torch.Tensor.FromHandle((nint)results[2].Bits));
    }

    internal torch.Tensor[] List(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        Call(args, &result, 1);
        var tensors = new torch.Tensor[result.Aux];
        var handles = (nint*)result.Bits;
        for (var k = 0; k < tensors.Length; k++) tensors[k] = torch.Tensor.FromHandle(handles[k]);
        Native.rc_free((nint)handles);
        return tensors;
    }

    internal bool Bool(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        Call(args, &result, 1);
        return result.Bits != 0;
    }

    /// <summary>An int, double or bool result.</summary>
    internal Scalar Scalar(params ReadOnlySpan<Arg> args)
    {
        NativeValue result;
        Call(args, &result, 1);
        return new Scalar(result.Tag, result.Bits);
    }

    /// <summary>An in-place operator: the result is the first argument, so it is dropped.</summary>
    internal void InPlace(params ReadOnlySpan<Arg> args) => Call(args, null, 0);

    private void Resolve()
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var bare = Encoding.UTF8.GetBytes("aten::" + (dot < 0 ? name : name[..dot]) + "\0");
        var overload = Encoding.UTF8.GetBytes((dot < 0 ? "" : name[(dot + 1)..]) + "\0");
        nint found;
        fixed (byte* n = bare, o = overload) Native.Check(Native.rc_op(n, o, &found));
        handle = found;
        looked = true;
    }

    private void Call(ReadOnlySpan<Arg> args, NativeValue* results, int count)
    {
        if (!Exists) throw new NotSupportedException($"this libtorch has no operator aten::{name}");
        var values = stackalloc NativeValue[StackArgs];
        var scratch = 0;
        foreach (ref readonly var arg in args) scratch += Boxed(arg);
        var memory = stackalloc long[Math.Min(scratch, 128)];
        if (scratch > 128)
        {
            var pinned = GC.AllocateUninitializedArray<long>(scratch, pinned: true);
            CallWith(args, values, (long*)Unsafe.AsPointer(ref pinned[0]), results, count);
            GC.KeepAlive(pinned);
            return;
        }
        CallWith(args, values, memory, results, count);
    }

    private void CallWith(ReadOnlySpan<Arg> args, NativeValue* values, long* memory, NativeValue* results, int count)
    {
        for (var k = 0; k < args.Length; k++) memory = Box(args[k], ref values[k], memory);
        Native.Check(Native.rc_call(handle, values, args.Length, results, count));
        // The handles boxed above are bare pointers: their owners must not be finalized before the call is over.
        foreach (ref readonly var arg in args) GC.KeepAlive(arg.Object);
    }

    /// <summary>The longs of scratch memory the argument needs.</summary>
    private static int Boxed(in Arg arg) => arg.Tag switch
    {
        Tag.IntList => ((long[])arg.Object!).Length,
        Tag.TensorList => ((torch.Tensor?[])arg.Object!).Length,
        Tag.String => (Encoding.UTF8.GetMaxByteCount(((string)arg.Object!).Length) / sizeof(long)) + 1,
        _ => 0,
    };

    private static long* Box(in Arg arg, ref NativeValue value, long* memory)
    {
        value.Tag = arg.Tag;
        value.Aux = 0;
        value.Bits = arg.Bits;
        switch (arg.Tag)
        {
            case Tag.Tensor:
                value.Bits = ((torch.Tensor)arg.Object!).Handle;
                break;
            case Tag.IntList:
                var ints = (long[])arg.Object!;
                ints.CopyTo(new Span<long>(memory, ints.Length));
                value.Aux = ints.Length;
                value.Bits = (long)memory;
                return memory + ints.Length;
            case Tag.TensorList:
                var tensors = (torch.Tensor?[])arg.Object!;
                for (var k = 0; k < tensors.Length; k++) memory[k] = tensors[k]?.Handle ?? 0;
                value.Aux = tensors.Length;
                value.Bits = (long)memory;
                return memory + tensors.Length;
            case Tag.String:
                var text = (string)arg.Object!;
                var room = Boxed(arg);
                var length = Encoding.UTF8.GetBytes(text, new Span<byte>(memory, (room * sizeof(long)) - 1));
                ((byte*)memory)[length] = 0;
                value.Bits = (long)memory;
                return memory + room;
            case Tag.Device:
                value.Aux = ((torch.Device)arg.Object!).index;
                break;
            case Tag.Generator:
                value.Bits = ((torch.Generator)arg.Object!).Handle;
                break;
        }
        return memory;
    }
}
