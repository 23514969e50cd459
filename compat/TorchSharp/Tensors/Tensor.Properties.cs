using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public long Dimensions => Meta().NDim;

        public long dim() => Meta().NDim;

        public long ndim => Meta().NDim;

        public long NumberOfElements => Meta().Numel;

        public long numel() => Meta().Numel;

        /// <summary>Bytes an element.</summary>
        public long ElementSize => Meta().ItemSize;

        public long element_size() => Meta().ItemSize;

        /// <summary>The sizes of the dimensions, a new array each time.</summary>
        public long[] shape => size();

        public unsafe long[] size()
        {
            var meta = Meta();
            var sizes = new ReadOnlySpan<long>(meta.Sizes, meta.NDim).ToArray();
            GC.KeepAlive(this);
            return sizes;
        }

        public unsafe long size(int dim)
        {
            var meta = Meta();
            var size = meta.Sizes[Position(dim, meta.NDim)];
            GC.KeepAlive(this);
            return size;
        }

        /// <summary>How many elements apart neighbours along each dimension lie.</summary>
        public unsafe long[] stride()
        {
            var meta = Meta();
            var strides = new ReadOnlySpan<long>(meta.Strides, meta.Strides is null ? 0 : meta.NDim).ToArray();
            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim)
        {
            var strides = stride();
            return strides[Position(dim, strides.Length)];
        }

        public long storage_offset() => Meta().StorageOffset;

        public ScalarType dtype => (ScalarType)Meta().DType;

        public Device device
        {
            get
            {
                var meta = Meta();
                return (DeviceType)meta.DeviceType == DeviceType.CPU ? new Device(DeviceType.CPU) : new Device((DeviceType)meta.DeviceType, meta.DeviceIndex);
            }
        }

        public DeviceType device_type => (DeviceType)Meta().DeviceType;

        public int device_index => Meta().DeviceIndex;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_sparse => (Meta().Flags & MetaFlags.Sparse) != MetaFlags.None;

        public bool is_leaf => (Meta().Flags & MetaFlags.Leaf) != MetaFlags.None;

        public bool is_contiguous() => (Meta().Flags & MetaFlags.Contiguous) != MetaFlags.None;

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        /// <summary>Whether the only element is not 0. Throws <see cref="InvalidOperationException"/> unless there is one.</summary>
        public bool is_nonzero() =>
            numel() == 1 ? Ops.is_nonzero.Bool(this) : throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");

        internal unsafe NativeMeta Meta()
        {
            NativeMeta meta;
            Native.Check(Native.rc_meta(Handle, &meta));
            GC.KeepAlive(this);
            return meta;
        }

        private static int Position(int dim, int count)
        {
            if (dim < -count || dim >= count)
            {
                throw new System.Runtime.InteropServices.ExternalException(
                    $"Dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {dim})");
            }
            return dim < 0 ? dim + count : dim;
        }
    }
}
