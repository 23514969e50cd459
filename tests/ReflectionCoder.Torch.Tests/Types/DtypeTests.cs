using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Types;

public class DtypeTests
{
    public static TheoryData<string> All => ["Float32", "Float64", "BFloat16", "Float16", "Int64", "Int32", "Int16", "Int8", "Byte"];

    public static TheoryData<string> Floating => ["Float32", "Float64", "BFloat16"];

    [Theory]
    [MemberData(nameof(All))]
    public void Arithmetic_SmallWholeNumbers_IsExactInEveryType(string type)
    {
        using var scope = NewDisposeScope();
        var dtype = Enum.Parse<ScalarType>(type);
        Tensor a = tensor(new double[] { 1, 2, 3 }).to(dtype), b = tensor(new double[] { 3, 2, 1 }).to(dtype);
        Assert.Equal(dtype, (a + b).dtype);
        Expect.Close([4, 4, 4], a + b);
        Expect.Close([3, 4, 3], a * b);
        Expect.Close([0, 1, 0], a.eq(b));
        Expect.Close([3, 2, 3], a.maximum(b));
        Expect.Close([2, 4, 6], a.mul(2));
        Expect.Close([1, 2, 3, 3, 2, 1], cat([a, b]));
        Expect.Close([3, 1], a.index_select(0, tensor(new long[] { 2, 0 })));
        Expect.Close([6], a.sum());
        Expect.Close([0, 0, 0], zeros_like(a));
        Assert.Equal(dtype, a.clone().dtype);
        Assert.Equal(dtype, a.masked_fill(a > 1, 0).dtype);
    }

    [Theory]
    [MemberData(nameof(Floating))]
    public void FloatingTypes_NetworkOperators_StayInTheType(string type)
    {
        using var scope = NewDisposeScope();
        var dtype = Enum.Parse<ScalarType>(type);
        Tensor x = Expect.Normal(1, 4, 6).to(dtype), w = Expect.Normal(2, 5, 6).to(dtype);
        foreach (var result in new[] { nn.functional.linear(x, w), x.silu(), x.softmax(-1), x.rsqrt(), x.mean([-1L], keepdim: true), x.pow(2), x.exp() })
        {
            Assert.Equal(dtype, result.dtype);
        }
        Assert.Equal(ScalarType.Float32, x.softmax(-1, ScalarType.Float32).dtype);
        Assert.Equal(ScalarType.Float32, x.mean([-1L], type: ScalarType.Float32).dtype);
    }

    [Fact]
    public void Casts_RoundToNearestEven()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 1.00390625f, 1.01171875f, 3.1415927f, -0.1f });
        var bf = x.bfloat16();
        Expect.Close([1, 1, 1.015625, 3.140625, -0.10009765625], bf);
        Assert.Equal([.. Expect.Values(bf).Select(static v => (BFloat16)(float)v)], [.. Expect.Values(x).Select(static v => (BFloat16)(float)v)]);
        Assert.Equal([.. Expect.Values(x.half()).Select(static v => (Half)v)], [.. Expect.Values(x).Select(static v => (Half)v)]);
        Expect.Close([1, 1, 1, 3, 0], x.@long());
        Expect.Close([1, 1, 1, 1, 1], x.@bool());
        Assert.Equal(ScalarType.Float64, x.@double().dtype);
        Assert.Equal(ScalarType.Int32, x.@int().dtype);
        Assert.Equal(ScalarType.Float32, x.half().@float().dtype);
        Assert.Equal(ScalarType.BFloat16, x.type_as(bf).dtype);
        Assert.Equal(ScalarType.BFloat16, x.to(bf).dtype);
        Assert.Equal(ScalarType.Float16, x.to(ScalarType.Float16, CPU).dtype);
    }

    [Fact]
    public void To_SameType_SharesMemoryUnlessCopied()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2);
        x.to(ScalarType.Float32).fill_(1);
        Expect.Close([1, 1], x);
        x.to(ScalarType.Float32, copy: true).fill_(2);
        Expect.Close([1, 1], x);
        var y = x.to(ScalarType.Float64, disposeAfter: true);
        Assert.True(x.IsInvalid);
        Expect.Close([1, 1], y);
    }

    [Fact]
    public void Conversions_ByOtherNames()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1.5f, -2.5f });
        Assert.Equal(ScalarType.Int8, x.@char().dtype);
        Assert.Equal(ScalarType.Byte, x.abs().@byte().dtype);
        Assert.Equal(ScalarType.Int16, x.@short().dtype);
        Assert.Equal(ScalarType.Float64, x.to_type(ScalarType.Float64).dtype);
        Assert.Equal(ScalarType.Float64, x.type(ScalarType.Float64).dtype);
        Assert.Equal(ScalarType.Float64, x.type(static t => t.@double()).dtype);
        Assert.Equal(ScalarType.BFloat16, as_tensor(x, ScalarType.BFloat16).dtype);
        Expect.Close(x, x.to("cpu"));
        Expect.Close(x, x.to(DeviceType.CPU));
        Expect.Close(x, x.to(CPU));
    }

    [Fact]
    public void Casts_CarryGradients()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        (x.to(ScalarType.BFloat16) * 3).sum().backward();
        Assert.Equal(ScalarType.Float32, x.grad!.dtype);
        Expect.Close([3, 3], x.grad!);
    }

    [Fact]
    public void TypeRules()
    {
        Assert.Equal(ScalarType.Float32, promote_types(ScalarType.Float32, ScalarType.BFloat16));
        Assert.Equal(ScalarType.Float32, promote_types(ScalarType.Float16, ScalarType.BFloat16));
        Assert.Equal(ScalarType.Float16, promote_types(ScalarType.Int64, ScalarType.Float16));
        Assert.True(can_cast(ScalarType.Float64, ScalarType.Float32));
        Assert.False(can_cast(ScalarType.Float64, ScalarType.Int32));
        Assert.True(is_integral(ScalarType.Int64));
        Assert.True(is_integral(ScalarType.Bool));
        Assert.True(is_floating_point(ScalarType.BFloat16));
        Assert.False(is_complex(ScalarType.Float32));
        Assert.Equal(ScalarType.Float32, float32);
        Assert.Equal(ScalarType.Int64, @long);
        Assert.Equal(2, ScalarType.BFloat16.ElementSize());
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, result_type(zeros(1), tensor(new long[] { 1 })));
        Assert.Equal(ScalarType.Float32, (zeros(1) + tensor(new long[] { 1 })).dtype);
        Assert.Equal(ScalarType.Float32, (zeros(1, dtype: ScalarType.BFloat16) + zeros(1)).dtype);
    }

    [Fact]
    public void BFloat16_ArithmeticAndOrder()
    {
        BFloat16 a = new(1.5f), b = new(2f);
        Assert.Equal(3.5f, (float)(a + b));
        Assert.Equal(3f, (float)(a * b));
        Assert.Equal(-0.5f, (float)(a - b));
        Assert.Equal(0.75, (double)(a / b));
        Assert.True(a < b);
        Assert.True(a != b);
        Assert.Equal(a, (BFloat16)1.5);
        Assert.Equal(1, b.CompareTo(a));
        Assert.True(BFloat16.IsNaN(new BFloat16(float.NaN)));
        Assert.True(BFloat16.IsInfinity(BFloat16.PositiveInfinity));
        Assert.Equal(-1.5f, (-a).ToSingle());
        Assert.Equal(1f, BFloat16.FromRawValue(0x3F80).ToSingle());
        Assert.Equal(float.PositiveInfinity, new BFloat16(float.MaxValue).ToSingle());
    }

    [Fact]
    public void Scalars_ConvertBothWays()
    {
        Assert.Equal(3, ((Scalar)3).ToInt32());
        Assert.Equal(3.0, ((Scalar)3).ToDouble());
        Assert.Equal(2.5f, ((Scalar)2.5).ToSingle());
        Assert.True(((Scalar)true).ToBoolean());
        Assert.Equal(1.5, ((Scalar)(BFloat16)1.5f).ToDouble());
        Assert.Equal(ScalarType.Int64, ((Scalar)3).Type);
        Assert.Equal(ScalarType.Float64, ((Scalar)3.0).Type);
        Assert.Equal(ScalarType.Bool, ((Scalar)false).Type);
    }

    [Fact]
    public void Scalars_ToEveryNumber()
    {
        Scalar three = 3.0;
        Assert.Equal(3, three.ToSByte());
        Assert.Equal(3, three.ToByte());
        Assert.Equal(3, three.ToInt16());
        Assert.Equal(3, three.ToInt64());
        Assert.Equal((Half)3, three.ToHalf());
        Assert.Equal((BFloat16)3f, three.ToBFloat16());
        Assert.Equal(1.0, 1.001f.ToBFloat16Scalar().ToDouble());
        using var scope = NewDisposeScope();
        var x = tensor(new byte[] { 7 });
        Assert.Equal(7, x.ToByte());
        Assert.Equal(7, x.ToSByte());
        Assert.Equal(7, x.ToInt16());
        Assert.Equal((Half)7, x.ToHalf());
        Assert.Equal((BFloat16)7f, tensor(7.0).ToBFloat16());
        Assert.Equal(7, (byte)x);
        Assert.Equal(7, (int)x);
    }

    [Fact]
    public void BFloat16_SpecialValues()
    {
        Assert.True(BFloat16.IsFinite(BFloat16.One));
        Assert.False(BFloat16.IsFinite(BFloat16.NaN));
        Assert.True(BFloat16.IsPositiveInfinity(BFloat16.PositiveInfinity));
        Assert.True(BFloat16.IsNegativeInfinity(BFloat16.NegativeInfinity));
        Assert.Equal(BFloat16.One.GetHashCode(), new BFloat16(1f).GetHashCode());
        Assert.Equal(3.3895314e38f, BFloat16.MaxValue.ToSingle());
        Assert.Equal(-BFloat16.MaxValue, BFloat16.MinValue);
        Assert.Equal("1.5", new BFloat16(1.5f).ToString());
    }

    [Fact]
    public void Sizes_ConvertFromNumbersTuplesAndArrays()
    {
        Size one = 3L, two = (2L, 3L), three = new long[] { 2, 3, 4 };
        Assert.Equal([3], one.Shape);
        Assert.Equal(6, two.numel());
        Assert.Equal(3, three.Length);
        Assert.Equal(4, three[2]);
        Assert.Equal([2, 3, 4], three.ToList());
        Assert.True(new Size(Array.Empty<long>()).IsEmpty);
        Assert.True(Size.Empty.IsScalar);
        using var scope = NewDisposeScope();
        Expect.Shape(zeros(1, 3).expand(two), 2, 3);
        Expect.Shape(randint(5, three), 2, 3, 4);
    }

    [Fact]
    public void Devices_ParseTheirNames()
    {
        Assert.Equal(DeviceType.CPU, device("cpu").type);
        Assert.Equal(DeviceType.CUDA, new Device("cuda:1").type);
        Assert.Equal(1, new Device("cuda:1").index);
        Assert.Equal("cuda:1", new Device(1).ToString());
        Assert.Equal("cuda", new Device(DeviceType.CUDA).ToString());
        Device converted = "cuda:2";
        Assert.Equal(2, converted.index);
        Assert.Throws<ArgumentException>(() => new Device("toaster"));
    }
}
