using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. It owns one native reference, which <see cref="Dispose()"/>, its dispose scope or, as a last resort, its
    /// finalizer gives back. Operators are one line each: they call ATen by name.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        internal IntPtr handle;

        private static long totalCount;
        private static long peakCount;

        internal Tensor(IntPtr handle, bool register = true)
        {
            this.handle = handle;
            if (handle == IntPtr.Zero) return;
            var count = Interlocked.Increment(ref totalCount);
            if (count > Volatile.Read(ref peakCount)) Volatile.Write(ref peakCount, count);
            if (register) OwningDisposeScope = DisposeScopeManager.ThreadSingleton.Register(this);
        }

        /// <summary>Gives the tensor back to libtorch if nobody disposed it.</summary>
        ~Tensor() => Dispose(false);

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>A name for debugging; libtorch does not know it.</summary>
        public string? name { get; set; }

        /// <summary>Whether the tensor was disposed.</summary>
        public bool IsInvalid => handle == IntPtr.Zero;

        /// <summary>The native handle. Throws <see cref="InvalidOperationException"/> once the tensor is disposed.</summary>
        public IntPtr Handle => handle != IntPtr.Zero ? handle : throw new InvalidOperationException("Tensor invalid -- empty handle.");

        /// <summary>Tensors alive in managed code, all threads together.</summary>
        public static long TotalCount => Volatile.Read(ref totalCount);

        /// <summary>The largest <see cref="TotalCount"/> so far.</summary>
        public static long PeakCount => Volatile.Read(ref peakCount);

        /// <summary>Takes over a native handle of this assembly's kind.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        internal static Tensor FromHandle(nint handle) => new(handle);

        /// <summary>A second tensor object over the same native tensor.</summary>
        public unsafe Tensor alias()
        {
            nint result;
            Native.Check(Native.rc_alias(Handle, &result));
            GC.KeepAlive(this);
            return FromHandle(result);
        }

        /// <summary>Gives the tensor's memory back.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var owned = Interlocked.Exchange(ref handle, IntPtr.Zero);
            if (owned == IntPtr.Zero) return;
            if (disposing)
            {
                DisposeScopeManager.ThreadSingleton.CountDisposal(this);
                OwningDisposeScope?.MarkAsDisposed(this);
            }
            Interlocked.Decrement(ref totalCount);
            Native.rc_release(owned);
        }

        /// <summary>Hands the tensor to the next scope out, or to nobody where there is none.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of all scopes: the caller owns it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null && other is not null) other.Attach(this);
            else OwningDisposeScope?.MoveToOther(other, this);
            return this;
        }

        /// <summary>Gives the native handle away and leaves this object empty.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            var owned = Handle;
            Interlocked.Decrement(ref totalCount);
            handle = IntPtr.Zero;
            return owned;
        }

        /// <summary>Leaves this object empty; the handle's new owner is another tensor object.</summary>
        internal IntPtr MoveHandle()
        {
            var owned = Handle;
            handle = IntPtr.Zero;
            Interlocked.Decrement(ref totalCount);
            return owned;
        }

        /// <inheritdoc/>
        public override bool Equals(object? obj) => ReferenceEquals(this, obj);

        /// <inheritdoc/>
        public override int GetHashCode() => base.GetHashCode();
    }
}
