using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Types;

public class FactoryTests
{
    [Fact]
    public void Tensor_Arrays_KeepTypeAndValues()
    {
        using var scope = NewDisposeScope();
        Check(tensor(new[] { 1f, 2f }), ScalarType.Float32, 1, 2);
        Check(tensor(new[] { 1.0, 2.0 }), ScalarType.Float64, 1, 2);
        Check(tensor(new long[] { 1, 2 }), ScalarType.Int64, 1, 2);
        Check(tensor(new[] { 1, 2 }), ScalarType.Int32, 1, 2);
        Check(tensor(new short[] { 1, 2 }), ScalarType.Int16, 1, 2);
        Check(tensor(new byte[] { 1, 255 }), ScalarType.Byte, 1, 255);
        Check(tensor(new sbyte[] { 1, -2 }), ScalarType.Int8, 1, -2);
        Check(tensor(new[] { true, false }), ScalarType.Bool, 1, 0);
        Check(tensor(new[] { (Half)1.5, (Half)2 }), ScalarType.Float16, 1.5, 2);
        Check(tensor(new[] { (BFloat16)1.5f, (BFloat16)2f }), ScalarType.BFloat16, 1.5, 2);

        static void Check(Tensor t, ScalarType type, params double[] values)
        {
            Assert.Equal(type, t.dtype);
            Expect.Shape(t, values.Length);
            Expect.Close(values, t);
        }
    }

    [Fact]
    public void Tensor_Shapes()
    {
        using var scope = NewDisposeScope();
        Expect.Shape(tensor(new float[6], [2, 3]), 2, 3);
        Expect.Shape(tensor(new List<long> { 1, 2, 3, 4 }, [2, 2]), 2, 2);
        Expect.Shape(tensor(new Memory<float>(new float[6]), [3, 2]), 3, 2);
        Expect.Shape(tensor(new List<float> { 1, 2, 3, 4 }, 2, 2), 2, 2);
        Expect.Close([1, 2, 3, 4], tensor(new float[,] { { 1, 2 }, { 3, 4 } }));
        Expect.Shape(tensor(new long[2, 3, 4]), 2, 3, 4);
        Expect.Shape(tensor(1.5f));
        Expect.Shape(tensor(Array.Empty<float>()), 0);
        Assert.Equal(ScalarType.Int64, tensor(3L).dtype);
        Assert.Equal(ScalarType.Int32, tensor(3).dtype);
        Assert.Equal(ScalarType.Float64, tensor(3.0).dtype);
        Assert.Throws<ArgumentException>(() => tensor(new float[5], [2, 3]));
    }

    [Fact]
    public void Tensor_Options()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, dtype: ScalarType.Float32, device: CPU, requires_grad: true);
        Assert.Equal(ScalarType.BFloat16, tensor(new[] { 1f, 2f }, dtype: ScalarType.BFloat16).dtype);
        Assert.Equal(ScalarType.Float32, x.dtype);
        Assert.True(x.requires_grad);
        Assert.True(x.is_leaf);
        Assert.Equal(DeviceType.CPU, x.device_type);
        Assert.Equal("cpu", x.device.ToString());
        Assert.Equal(-1, x.device.index);
    }

    [Fact]
    public void Tensor_CopiesTheCallersArray()
    {
        using var scope = NewDisposeScope();
        var values = new[] { 1f, 2f };
        var x = tensor(values);
        values[0] = 9;
        Expect.Close([1, 2], x);
    }

    [Fact]
    public void FromBuffer_SharesTheCallersArray()
    {
        using var scope = NewDisposeScope();
        var values = new float[] { 1, 2, 3, 4 };
        var x = frombuffer(values, ScalarType.Float32);
        values[1] = 9;
        Expect.Close([1, 9, 3, 4], x);
        x.fill_(5);
        Assert.Equal([5f, 5f, 5f, 5f], values);
        Expect.Close([5, 5], frombuffer(new float[] { 1, 5, 5, 2 }, ScalarType.Float32, count: 2, offset: 1));
        Assert.Throws<ArgumentException>(() => frombuffer(values, ScalarType.Float32, offset: 4));
        Assert.Throws<IndexOutOfRangeException>(() => frombuffer(values, ScalarType.Float32, count: 5));
    }

    [Fact]
    public void FromBuffer_LivesAsLongAsAView()
    {
        using var scope = NewDisposeScope();
        var view = Make();
        for (var k = 0; k < 3; k++) GC.Collect();
        Expect.Close([3, 4], view);

        static Tensor Make()
        {
            using var inner = NewDisposeScope();
            return frombuffer(new double[] { 1, 2, 3, 4 }, ScalarType.Float64).narrow(0, 2, 2).MoveToOuterDisposeScope();
        }
    }

    [Fact]
    public void Filled_ShapesAndTypes()
    {
        using var scope = NewDisposeScope();
        Expect.Close([0, 0, 0, 0, 0, 0], zeros(2, 3));
        Expect.Close([1, 1, 1, 1, 1, 1], ones([2, 3]));
        Expect.Close([7, 7], full([2], 7));
        Assert.Equal(ScalarType.Int64, full([2], 7).dtype);
        Assert.Equal(ScalarType.Float32, full([2], 7.0).dtype);
        Assert.Equal(ScalarType.Float32, zeros(1).dtype);
        Assert.Equal(ScalarType.Bool, ones(1, dtype: ScalarType.Bool).dtype);
        Expect.Shape(empty(2, 3, 4), 2, 3, 4);
        Expect.Shape(empty([2, 3, 4, 5]), 2, 3, 4, 5);
        Assert.True(zeros(2, requires_grad: true).requires_grad);
        var x = zeros(2, 3, dtype: ScalarType.Float64);
        Expect.Shape(zeros_like(x), 2, 3);
        Assert.Equal(ScalarType.Float64, ones_like(x).dtype);
        Assert.Equal(ScalarType.Int64, empty_like(x, dtype: ScalarType.Int64).dtype);
        Expect.Close([5, 5, 5, 5, 5, 5], full_like(x, 5));
    }

    [Fact]
    public void Ranges()
    {
        using var scope = NewDisposeScope();
        Expect.Close([0, 1, 2], arange(3));
        Assert.Equal(ScalarType.Int64, arange(3).dtype);
        Expect.Close([1, 2, 3], arange(1, 4));
        Expect.Close([0, 0.5, 1], arange(0, 1.25, 0.5));
        Assert.Equal(ScalarType.Float32, arange(0, 1.25, 0.5).dtype);
        Assert.Equal(ScalarType.Float64, arange(0, 4, 2, dtype: ScalarType.Float64).dtype);
        Expect.Close([0, 0.25, 0.5, 0.75, 1], linspace(0, 1, 5));
        Expect.Close([1, 0, 0, 1], eye(2));
        Expect.Close([1, 0, 0, 0, 1, 0], eye(2, 3));
    }

    [Fact]
    public void DefaultType_CanBeChanged()
    {
        using var scope = NewDisposeScope();
        set_default_dtype(ScalarType.Float64);
        try
        {
            Assert.Equal(ScalarType.Float64, get_default_dtype());
            Assert.Equal(ScalarType.Float64, zeros(1).dtype);
        }
        finally
        {
            set_default_dtype(ScalarType.Float32);
        }
    }
}
