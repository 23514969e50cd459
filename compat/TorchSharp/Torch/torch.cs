using TorchSharp.Interop;

namespace TorchSharp;

/// <summary>
/// The part of TorchSharp 0.107 that this project uses, with its exact signatures, over libtorch by way of native/*.cpp. Errors of
/// libtorch arrive as <see cref="System.Runtime.InteropServices.ExternalException"/> with libtorch's message.
/// </summary>
public static partial class torch
{
    /// <summary>The version of libtorch.</summary>
    public static string __version__ => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(VersionPointer()) ?? "";

    /// <summary>Opens a scope that disposes the tensors created in it, on this thread.</summary>
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.ThreadSingleton.NewDisposeScope();

    /// <summary>The innermost open scope of this thread.</summary>
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.CurrentDisposeScope;

    /// <summary>Disposes what the function created, but for its result.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        var result = expr();
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>No gradients until disposed. Grad mode belongs to the thread.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => Native.rc_grad_enabled() != 0;

    /// <summary>No gradients and no version counters until disposed: what is made here can't be saved for backward later.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => Native.rc_inference_enabled() != 0;

    /// <summary>Threads an operator may use; libtorch's own default until set.</summary>
    public static int get_num_threads() => Native.rc_threads();

    public static void set_num_threads(int num) => Native.Check(Native.rc_set_threads(num));

    public static int get_num_interop_threads() => Native.rc_interop_threads();

    public static void set_num_interop_threads(int num) => Native.Check(Native.rc_set_interop_threads(num));

    private static unsafe nint VersionPointer() => (nint)Native.rc_torch_version();

    private sealed class GradMode : IDisposable
    {
        private readonly bool previous = is_grad_enabled();

        internal GradMode(bool enabled) => Native.rc_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => Native.rc_set_grad_enabled(previous ? 1 : 0);
    }

    private sealed class InferenceMode(bool mode) : IDisposable
    {
        private nint guard = Native.rc_inference_guard(mode ? 1 : 0);

        public void Dispose()
        {
            var owned = Interlocked.Exchange(ref guard, 0);
            if (owned != 0) Native.rc_inference_guard_delete(owned);
        }
    }
}
