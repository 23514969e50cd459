using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Types;

public class DataAccessTests
{
    [Fact]
    public void Data_ContiguousAndStrided_AreInRowMajorOrder()
    {
        using var scope = NewDisposeScope();
        var x = arange(6).view(2, 3);
        Assert.Equal([0, 1, 2, 3, 4, 5], x.data<long>().ToArray());
        Assert.Equal([0, 3, 1, 4, 2, 5], x.t().data<long>().ToArray());
        Assert.Equal([0, 3, 1, 4, 2, 5], x.t().data<long>().ToList());
        Assert.Equal(4, x.t().data<long>()[3]);
        Assert.Equal(4, x.t().data<long>()[1, 1]);
        Assert.Equal([1, 4], x.select(1, 1).data<long>().ToArray());
        Assert.Equal(6, x.data<long>().Count);
        Assert.Equal(new long[,] { { 0, 3 }, { 1, 4 }, { 2, 5 } }, x.t().data<long>().ToNDArray());
        Assert.True(x.data<long>() == x.clone().data<long>());
        Assert.Empty(empty(0).data<float>().ToArray());
    }

    [Fact]
    public void Data_Writes_ReachTheTensor()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        var data = x.t().data<float>();
        data[0, 1] = 5;
        data[2, 0] = 7;
        Assert.Throws<IndexOutOfRangeException>(() => data[1] = 1);
        Expect.Close([0, 0, 7, 5, 0, 0], x);
        var vector = zeros(2);
        vector.data<float>()[1] = 4;
        Expect.Close([0, 4], vector);
        x.data<float>().CopyFrom([1, 2, 3, 4, 5, 6]);
        var copy = new float[4];
        x.data<float>().CopyTo(copy, 0, 1);
        Assert.Equal([2, 3, 4, 5], copy);
        Assert.Throws<IndexOutOfRangeException>(() => data[6]);
    }

    [Fact]
    public void WrongType_Throws()
    {
        using var scope = NewDisposeScope();
        var x = zeros(1);
        Assert.Throws<ArgumentException>(() => x.data<double>());
        Assert.Throws<ArgumentException>(() => x.item<long>());
        Assert.Throws<ArgumentException>(() => zeros(2).item<float>());
        Assert.Equal(0f, x.item<float>());
        Assert.True(tensor(true).item<bool>());
        Assert.Equal((BFloat16)1.5f, tensor((BFloat16)1.5f).item<BFloat16>());
        Assert.Equal((Half)1.5f, tensor(1.5).half().item<Half>());
    }

    [Fact]
    public void Conversions_OfTheOnlyElement()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.75);
        Assert.Equal(2.75, x.ToDouble());
        Assert.Equal(2.75f, x.ToSingle());
        Assert.Equal(2.75, (double)x);
        Assert.Equal(2.75f, (float)x);
        Assert.Equal(7, tensor(7L).ToInt64());
        Assert.Equal(7, tensor(7L).ToInt32());
        Assert.Equal(7, (long)tensor(7L));
        Assert.True((bool)tensor(true));
        Assert.Equal(2.75, x.ToScalar().ToDouble());
        Assert.True(tensor(3L).is_nonzero());
        Assert.Throws<InvalidOperationException>(() => zeros(2).is_nonzero());
    }

    [Fact]
    public void Bytes_ReadAndWrite()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, -2f });
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 192], x.bytes.ToArray());
        x.bytes = new byte[8];
        Expect.Close([0, 0], x);
        x.bytes[3] = 64;
        Expect.Close([2, 0], x);
        Assert.Throws<InvalidOperationException>(() => zeros(2, 2).t().bytes.Length);
        Assert.Throws<ArgumentException>(() => x.bytes = new byte[7]);
    }

    [Fact]
    public void Streams_RoundTrip()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 50, 7);
        using var stream = new MemoryStream();
        x.WriteBytesToStream(stream, 64);
        Assert.Equal(50 * 7 * 8, stream.Length);
        stream.Position = 0;
        var y = zeros_like(x);
        y.ReadBytesFromStream(stream, 100);
        Assert.True(y.Equals(x));
        stream.Position = 8;
        Assert.Throws<EndOfStreamException>(() => y.ReadBytesFromStream(stream));
    }

    [Fact]
    public void Copy_CastsAndBroadcasts()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 2, dtype: ScalarType.Int64);
        Assert.Same(x, x.copy_(tensor(new[] { 1.9f, 2.1f })));
        Expect.Close([1, 2, 1, 2], x);
        Expect.Close([3, 3, 3, 3], x.fill_(3));
        Expect.Close([0, 0, 0, 0], x.zero_());
        var y = ones(2, 2, dtype: ScalarType.Int64);
        x.set_(y);
        y.fill_(4);
        Expect.Close([4, 4, 4, 4], x);
    }

    [Fact]
    public void Read_ByLinearIndex()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, dtype: ScalarType.Float64).view(2, 3).t();
        Assert.Equal(4, x.ReadCpuDouble(3));
        Assert.Equal(4f, x.@float().ReadCpuSingle(3));
        Assert.Equal(4, x.@int().ReadCpuInt32(3));
        Assert.Equal(4, x.@long().ReadCpuInt64(3));
        Assert.Equal(4, x.@short().ReadCpuInt16(3));
        Assert.Equal(4, x.@char().ReadCpuSByte(3));
        Assert.Equal(4, x.@byte().ReadCpuByte(3));
        Assert.True(x.@bool().ReadCpuBool(3));
        Assert.Equal((BFloat16)4f, x.bfloat16().ReadCpuValue<BFloat16>(3));
        Assert.False(x.data<double>().IsReadOnly);
        Assert.ThrowsAny<ArgumentException>(() => x.ReadCpuDouble(6));
    }

    [Fact]
    public void Handles_ChangeOwners()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f });
        Assert.NotEqual(IntPtr.Zero, x.Handle);
        var y = Tensor.UnsafeCreateTensor(x.DecoupleFromNativeHandle());
        Assert.True(x.IsInvalid);
        Expect.Close([1, 2], y);
    }

    [Fact]
    public void Properties_TellTheLayout()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        Assert.Equal(2, x.dim());
        Assert.Equal(2, x.Dimensions);
        Assert.False(x.is_sparse);
        Assert.False(x.is_meta);
        Assert.Equal(DeviceType.CPU, x.device_type);
        Assert.True(x.device_index is -1 or 0);
        Assert.Equal(2, x.ndim);
        Assert.Equal(6, x.numel());
        Assert.Equal(6, x.NumberOfElements);
        Assert.Equal([3, 1], x.stride());
        Assert.Equal(3, x.size(1));
        Assert.Equal(3, x.size(-1));
        Assert.Equal(4, x.element_size());
        Assert.True(x.is_contiguous());
        Assert.False(x.t().is_contiguous());
        Assert.Equal(3, x[1].storage_offset());
        Assert.True(x.is_cpu());
        Assert.False(x.is_cuda);
        Assert.True(x.is_floating_point());
        Assert.False(x.is_integral());
        Assert.Equal("[2x3], type = Float32, device = cpu", x.ToString());
    }
}
