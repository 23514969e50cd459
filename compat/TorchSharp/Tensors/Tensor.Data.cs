using TorchSharp.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>
        /// The elements, read and written in place; of a copy where the tensor isn't on the CPU. T must be the tensor's exact type, else
        /// <see cref="ArgumentException"/>.
        /// </summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            ValidateType(typeof(T));
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The only element. T must be the tensor's exact type.</summary>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1) throw new ArgumentException("Number of elements in the tensor must be 1");
            return data<T>()[0];
        }

        /// <summary>The only element, whatever its type.</summary>
        public Scalar ToScalar() => Ops._local_scalar_dense.Scalar(this);

        /// <summary>The memory as bytes. Only for a dense tensor on the CPU of at most 2 GiB; the span dies with the tensor.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                var size = NumberOfElements * ElementSize;
                ValidateBytes(size);
                return new Span<byte>((void*)DataPointer(), (int)size);
            }
            set
            {
                if (!is_contiguous()) throw new InvalidOperationException("SetBytes() called on non-contiguous tensor.");
                if (NumberOfElements * ElementSize != value.Length) throw new ArgumentException("Mismatched data sizes in SetBytes().");
                value.CopyTo(new Span<byte>((void*)DataPointer(), value.Length));
            }
        }

        /// <summary>Writes the memory to a stream, of any size.</summary>
        public unsafe void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            ValidateBytes(0);
            var data = (byte*)DataPointer();
            for (long left = NumberOfElements * ElementSize; left > 0;)
            {
                var length = (int)Math.Min(left, bufferSize);
                stream.Write(new ReadOnlySpan<byte>(data, length));
                data += length;
                left -= length;
            }
            GC.KeepAlive(this);
        }

        /// <summary>Reads the memory from a stream, of any size.</summary>
        public unsafe void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            ValidateBytes(0);
            var data = (byte*)DataPointer();
            for (long left = NumberOfElements * ElementSize; left > 0;)
            {
                var length = stream.Read(new Span<byte>(data, (int)Math.Min(left, bufferSize)));
                if (length == 0) throw new EndOfStreamException();
                data += length;
                left -= length;
            }
            GC.KeepAlive(this);
        }

        public double ReadCpuDouble(long i) => TensorAccessor<double>.ReadItemAt(this, i);

        public float ReadCpuSingle(long i) => TensorAccessor<float>.ReadItemAt(this, i);

        public int ReadCpuInt32(long i) => TensorAccessor<int>.ReadItemAt(this, i);

        public long ReadCpuInt64(long i) => TensorAccessor<long>.ReadItemAt(this, i);

        public byte ReadCpuByte(long i) => TensorAccessor<byte>.ReadItemAt(this, i);

        public sbyte ReadCpuSByte(long i) => TensorAccessor<sbyte>.ReadItemAt(this, i);

        public short ReadCpuInt16(long i) => TensorAccessor<short>.ReadItemAt(this, i);

        public bool ReadCpuBool(long i) => TensorAccessor<bool>.ReadItemAt(this, i);

        public T ReadCpuValue<T>(long i) where T : unmanaged => TensorAccessor<T>.ReadItemAt(this, i);

        public Tensor fill_(Scalar value) => InPlace(Ops.fill__Scalar, this, value);

        public Tensor zero_() => InPlace(Ops.zero_, this);

        /// <summary>Copies the source's elements here, cast and broadcast.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => InPlace(Ops.copy_, this, source, nonBlocking);

        /// <summary>Makes this tensor share the source's memory.</summary>
        public Tensor set_(Tensor source) => InPlace(Ops.set__source_Tensor, this, source);

        public Tensor clone() => Ops.clone.Tensor(this);

        internal unsafe nint DataPointer()
        {
            nint data;
            Native.Check(Native.rc_data(Handle, &data));
            GC.KeepAlive(this);
            return data;
        }

        internal void ValidateType(Type type)
        {
            if (ToScalarType(type) != dtype) throw new ArgumentException($"{type.Name} is not compatible with {dtype}");
        }

        private void ValidateBytes(long size)
        {
            if (!is_contiguous()) throw new InvalidOperationException("Bytes() called on non-contiguous tensor.");
            if (size > int.MaxValue) throw new ArgumentException("Span only supports up to int.MaxValue elements.");
            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException(
                    "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
            }
        }
    }
}
