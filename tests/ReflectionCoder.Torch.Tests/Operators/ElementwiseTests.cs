using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Operators;

public class ElementwiseTests
{
    private sealed record Case(Func<Tensor, Tensor> Method, Func<Tensor, Tensor>? Static, Func<Tensor, Tensor>? InPlace, Func<double, double> Expected,
        double Low = -2, double High = 2, bool Smooth = true);

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["abs"] = new(x => x.abs(), torch.abs, x => x.abs_(), Math.Abs),
        ["absolute"] = new(x => x.absolute(), torch.absolute, x => x.absolute_(), Math.Abs),
        ["neg"] = new(x => x.neg(), torch.neg, x => x.neg_(), v => -v),
        ["negative"] = new(x => x.negative(), torch.negative, null, v => -v),
        ["positive"] = new(x => x.positive(), torch.positive, null, v => v),
        ["minus"] = new(x => -x, null, null, v => -v),
        ["exp"] = new(x => x.exp(), torch.exp, x => x.exp_(), Math.Exp),
        ["exp2"] = new(x => x.exp2(), torch.exp2, x => x.exp2_(), v => Math.Pow(2, v)),
        ["expm1"] = new(x => x.expm1(), torch.expm1, x => x.expm1_(), v => Math.Exp(v) - 1),
        ["log"] = new(x => x.log(), torch.log, x => x.log_(), Math.Log, 0.1, 3),
        ["log2"] = new(x => x.log2(), torch.log2, x => x.log2_(), Math.Log2, 0.1, 3),
        ["log10"] = new(x => x.log10(), torch.log10, x => x.log10_(), Math.Log10, 0.1, 3),
        ["log1p"] = new(x => x.log1p(), torch.log1p, x => x.log1p_(), v => Math.Log(1 + v), -0.9, 3),
        ["sqrt"] = new(x => x.sqrt(), torch.sqrt, x => x.sqrt_(), Math.Sqrt, 0.1, 3),
        ["rsqrt"] = new(x => x.rsqrt(), torch.rsqrt, x => x.rsqrt_(), v => 1 / Math.Sqrt(v), 0.1, 3),
        ["reciprocal"] = new(x => x.reciprocal(), torch.reciprocal, x => x.reciprocal_(), v => 1 / v, 0.1, 3),
        ["square"] = new(x => x.square(), torch.square, null, v => v * v),
        ["sin"] = new(x => x.sin(), torch.sin, x => x.sin_(), Math.Sin),
        ["cos"] = new(x => x.cos(), torch.cos, x => x.cos_(), Math.Cos),
        ["tan"] = new(x => x.tan(), torch.tan, x => x.tan_(), Math.Tan, -1, 1),
        ["sinh"] = new(x => x.sinh(), torch.sinh, x => x.sinh_(), Math.Sinh),
        ["cosh"] = new(x => x.cosh(), torch.cosh, x => x.cosh_(), Math.Cosh),
        ["tanh"] = new(x => x.tanh(), torch.tanh, x => x.tanh_(), Math.Tanh),
        ["asin"] = new(x => x.asin(), torch.asin, x => x.asin_(), Math.Asin, -0.9, 0.9),
        ["acos"] = new(x => x.acos(), torch.acos, x => x.acos_(), Math.Acos, -0.9, 0.9),
        ["atan"] = new(x => x.atan(), torch.atan, x => x.atan_(), Math.Atan),
        ["erf"] = new(x => x.erf(), torch.erf, x => x.erf_(), Erf),
        ["erfc"] = new(x => x.erfc(), torch.erfc, x => x.erfc_(), v => 1 - Erf(v)),
        ["sigmoid"] = new(x => x.sigmoid(), torch.sigmoid, x => x.sigmoid_(), Sigmoid),
        ["log_sigmoid"] = new(x => x.log_sigmoid(), null, null, v => Math.Log(Sigmoid(v))),
        ["softplus"] = new(x => x.softplus(), null, null, v => Math.Log(1 + Math.Exp(v))),
        ["relu"] = new(x => x.relu(), null, x => x.relu_(), v => Math.Max(v, 0)),
        ["silu"] = new(x => x.silu(), null, x => x.silu_(), v => v * Sigmoid(v)),
        ["floor"] = new(x => x.floor(), torch.floor, x => x.floor_(), Math.Floor, -9, 9, Smooth: false),
        ["ceil"] = new(x => x.ceil(), torch.ceil, x => x.ceil_(), Math.Ceiling, -9, 9, Smooth: false),
        ["trunc"] = new(x => x.trunc(), torch.trunc, x => x.trunc_(), Math.Truncate, -9, 9, Smooth: false),
        ["frac"] = new(x => x.frac(), torch.frac, x => x.frac_(), v => v - Math.Truncate(v), -9, 9),
        ["round"] = new(x => x.round(), null, x => x.round_(), v => Math.Round(v, MidpointRounding.ToEven), -9, 9, Smooth: false),
        ["sign"] = new(x => x.sign(), torch.sign, x => x.sign_(), v => Math.Sign(v), Smooth: false),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> SmoothNames => [.. Cases.Where(static c => c.Value.Smooth).Select(static c => c.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_RandomValues_EqualsItsDefinition(string name)
    {
        using var scope = NewDisposeScope();
        var c = Cases[name];
        var x = Expect.Random(1, c.Low, c.High, 5, 7);
        var expected = Expect.Map(x, c.Expected);
        var result = c.Method(x);
        Expect.Shape(result, 5, 7);
        Expect.Close(expected, result, 1e-11);
        if (c.Static is not null) Expect.Close(expected, c.Static(x), 1e-11);
        if (c.InPlace is null) return;
        var target = x.clone();
        Assert.Same(target, c.InPlace(target));
        Expect.Close(expected, target, 1e-11);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_StridedInput_EqualsItsDefinition(string name)
    {
        using var scope = NewDisposeScope();
        var c = Cases[name];
        var x = Expect.Random(2, c.Low, c.High, 4, 6).transpose(0, 1);
        Expect.Close(Expect.Map(x, c.Expected), c.Method(x), 1e-11);
    }

    [Theory]
    [MemberData(nameof(SmoothNames))]
    public void Function_Gradient_EqualsDifferences(string name)
    {
        var c = Cases[name];
        using var x = Expect.Random(3, c.Low, c.High, 3, 4);
        Gradient.Check(inputs => c.Method(inputs[0]), 1e-5, x);
    }

    [Fact]
    public void Round_Decimals_RoundsAtThem()
    {
        using var x = tensor(new[] { 1.234, -5.678 });
        using var rounded = x.round(1);
        Expect.Close([1.2, -5.7], rounded);
    }

    [Fact]
    public void Silu_InPlaceFunctional_ReturnsAnotherObjectOverTheSameMemory()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1.0, -1.0 });
        var y = nn.functional.silu(x, inplace: true);
        Assert.NotSame(x, y);
        Expect.Close(x, y);
    }

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    /// <summary>The error function by its Taylor series, which converges fast on [-3, 3].</summary>
    private static double Erf(double v)
    {
        double sum = 0, term = v;
        for (var n = 0; n < 100; n++)
        {
            sum += term / ((2 * n) + 1);
            term *= -v * v / (n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
