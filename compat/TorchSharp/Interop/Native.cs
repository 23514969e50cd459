using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp.Interop;

/// <summary>One boxed value as the shim reads it (native/shim.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public Tag Tag;
    public int Aux;
    public long Bits;
}

/// <summary>The kinds of a boxed value; mirrors the shim's enum.</summary>
internal enum Tag
{
    Default = 0,
    None = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    Tensor = 5,
    IntList = 6,
    DoubleList = 7,
    BoolList = 8,
    TensorList = 9,
    String = 10,
    Device = 11,
    Generator = 12,
}

[Flags]
internal enum MetaFlags
{
    None = 0,
    Contiguous = 1,
    RequiresGrad = 2,
    Leaf = 4,
    Sparse = 8,
    HasStorage = 16,
}

/// <summary>A tensor's description; sizes and strides point into the tensor and live as long as it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMeta
{
    public long Numel;
    public long StorageOffset;
    public long* Sizes;
    public long* Strides;
    public int NDim;
    public int DType;
    public int DeviceType;
    public int DeviceIndex;
    public int ItemSize;
    public MetaFlags Flags;
}

/// <summary>The shim's exported functions. Those that return int give 0 on success; see <see cref="Check"/>.</summary>
internal static unsafe partial class Native
{
    internal const string Library = "reflectioncoder_torch";

    static Native() => NativeLoader.Register();

    /// <summary>Throws libtorch's message as <see cref="ExternalException"/>, the type the real package throws.</summary>
    internal static void Check(int status)
    {
        if (status != 0) Throw();
    }

    private static void Throw() => throw new ExternalException(Marshal.PtrToStringUTF8((nint)rc_error()));

    [DllImport(Library)] internal static extern byte* rc_error();
    [DllImport(Library)] internal static extern long rc_live_handles();
    [DllImport(Library)] internal static extern byte* rc_torch_version();

    [DllImport(Library)] internal static extern int rc_op(byte* name, byte* overload, nint* op);
    [DllImport(Library)] internal static extern int rc_call(nint op, NativeValue* args, int nargs, NativeValue* rets, int maxrets);
    [DllImport(Library)] internal static extern void rc_free(nint memory);

    [DllImport(Library)] internal static extern void rc_release(nint tensor);
    [DllImport(Library)] internal static extern int rc_alias(nint tensor, nint* result);
    [DllImport(Library)] internal static extern int rc_meta(nint tensor, NativeMeta* meta);
    [DllImport(Library)] internal static extern int rc_data(nint tensor, nint* data);
    [DllImport(Library)]
    internal static extern int rc_from_blob(nint data, long count, int dtype, delegate* unmanaged<nint, void> deleter, nint context, nint* result);

    [DllImport(Library)] internal static extern int rc_grad(nint tensor, nint* grad);
    [DllImport(Library)] internal static extern int rc_set_grad(nint tensor, nint grad);
    [DllImport(Library)] internal static extern int rc_set_requires_grad(nint tensor, int value);
    [DllImport(Library)] internal static extern int rc_retain_grad(nint tensor);
    [DllImport(Library)]
    internal static extern int rc_backward(nint* tensors, int count, nint* grads, int gradCount, int retainGraph, int createGraph, nint* inputs, int inputCount);
    [DllImport(Library)]
    internal static extern int rc_autograd_grad(nint* outputs, int count, nint* inputs, int inputCount, nint* grads, int gradCount,
        int retainGraph, int createGraph, int allowUnused, nint* results);

    [DllImport(Library)]
    internal static extern int rc_attention(nint query, nint key, nint value, nint mask, double dropout, int causal, nint* result);

    [DllImport(Library)] internal static extern int rc_linear(nint input, nint weight, nint* result);
    [DllImport(Library)] internal static extern int rc_addmm_(nint self, nint left, nint right, float beta, int* done);
    [DllImport(Library)] internal static extern int rc_log_softmax(nint input, nint* result);

    [DllImport(Library)]
    internal static extern int rc_function_join(nint* inputs, int inputCount, nint* outputs, int outputCount, nint* dirty, int dirtyCount,
        nint* constant, int constantCount, nint* saved, int savedCount, delegate* unmanaged<nint, nint, nint*, int, nint*, int, byte*> backward,
        delegate* unmanaged<nint, void> release, nint context, int materialize, nint* results);
    [DllImport(Library)] internal static extern int rc_function_saved(nint graph, nint** results, int* count);

    [DllImport(Library)] internal static extern int rc_grad_enabled();
    [DllImport(Library)] internal static extern void rc_set_grad_enabled(int value);
    [DllImport(Library)] internal static extern int rc_inference_enabled();
    [DllImport(Library)] internal static extern nint rc_inference_guard(int value);
    [DllImport(Library)] internal static extern void rc_inference_guard_delete(nint guard);

    [DllImport(Library)] internal static extern int rc_threads();
    [DllImport(Library)] internal static extern int rc_set_threads(int count);
    [DllImport(Library)] internal static extern int rc_interop_threads();
    [DllImport(Library)] internal static extern int rc_set_interop_threads(int count);

    [DllImport(Library)] internal static extern int rc_generator_new(ulong seed, int deviceType, int deviceIndex, nint* generator);
    [DllImport(Library)] internal static extern int rc_generator_default(nint* generator);
    [DllImport(Library)] internal static extern void rc_generator_delete(nint generator);
    [DllImport(Library)] internal static extern int rc_generator_seed(nint generator, ulong seed);
    [DllImport(Library)] internal static extern int rc_generator_initial_seed(nint generator, ulong* seed);
    [DllImport(Library)] internal static extern int rc_generator_state(nint generator, nint* state);
    [DllImport(Library)] internal static extern int rc_generator_set_state(nint generator, nint state);

    [DllImport(Library)] internal static extern int rc_cuda_is_available(int* result);
    [DllImport(Library)] internal static extern int rc_cudnn_is_available(int* result);
    [DllImport(Library)] internal static extern int rc_cuda_device_count(int* result);
    [DllImport(Library)] internal static extern int rc_cuda_seed(ulong seed);
    [DllImport(Library)] internal static extern int rc_cuda_seed_all(ulong seed);
    [DllImport(Library)] internal static extern int rc_cuda_synchronize(long device);
    [DllImport(Library)] internal static extern int rc_cuda_switch(int which, int* result);
    [DllImport(Library)] internal static extern int rc_set_cuda_switch(int which, int value);

    [DllImport(Library)] internal static extern int rc_promote_types(int left, int right, int* result);
    [DllImport(Library)] internal static extern int rc_can_cast(int from, int to);
}
