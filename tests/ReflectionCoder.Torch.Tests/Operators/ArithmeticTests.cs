using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Operators;

public class ArithmeticTests
{
    private sealed record Case(Func<Tensor, Tensor, Tensor> Method, Func<Tensor, Tensor, Tensor>? InPlace, Func<double, double, double> Expected, bool Smooth = true);

    private sealed record ScalarCase(Func<Tensor, double, Tensor> Method, Func<Tensor, double, Tensor>? InPlace, Func<double, double, double> Expected);

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["add"] = new((a, b) => a.add(b), (a, b) => a.add_(b), (a, b) => a + b),
        ["add_alpha"] = new((a, b) => a.add(b, 3), (a, b) => a.add_(b, 3), (a, b) => a + (3 * b)),
        ["plus"] = new((a, b) => a + b, null, (a, b) => a + b),
        ["sub"] = new((a, b) => a.sub(b), (a, b) => a.sub_(b), (a, b) => a - b),
        ["subtract"] = new((a, b) => a.subtract(b), (a, b) => a.subtract_(b), (a, b) => a - b),
        ["minus"] = new((a, b) => a - b, null, (a, b) => a - b),
        ["mul"] = new((a, b) => a.mul(b), (a, b) => a.mul_(b), (a, b) => a * b),
        ["multiply"] = new((a, b) => a.multiply(b), null, (a, b) => a * b),
        ["times"] = new((a, b) => a * b, null, (a, b) => a * b),
        ["div"] = new((a, b) => a.div(b), (a, b) => a.div_(b), (a, b) => a / b),
        ["divide"] = new((a, b) => a.divide(b), (a, b) => a.divide_(b), (a, b) => a / b),
        ["true_divide"] = new((a, b) => a.true_divide(b), (a, b) => a.true_divide_(b), (a, b) => a / b),
        ["over"] = new((a, b) => a / b, null, (a, b) => a / b),
        ["div_trunc"] = new((a, b) => a.div(b, RoundingMode.trunc), (a, b) => a.div_(b, RoundingMode.trunc), (a, b) => Math.Truncate(a / b), Smooth: false),
        ["div_floor"] = new((a, b) => a.div(b, RoundingMode.floor), (a, b) => a.div_(b, RoundingMode.floor), (a, b) => Math.Floor(a / b), Smooth: false),
        ["floor_divide"] = new((a, b) => a.floor_divide(b), (a, b) => a.floor_divide_(b), (a, b) => Math.Floor(a / b), Smooth: false),
        ["remainder"] = new((a, b) => a.remainder(b), (a, b) => a.remainder_(b), (a, b) => a - (b * Math.Floor(a / b)), Smooth: false),
        ["modulo"] = new((a, b) => a % b, null, (a, b) => a - (b * Math.Floor(a / b)), Smooth: false),
        ["fmod"] = new((a, b) => a.fmod(b), (a, b) => a.fmod_(b), (a, b) => a % b, Smooth: false),
        ["pow"] = new((a, b) => a.pow(b), (a, b) => a.pow_(b), Math.Pow),
        ["maximum"] = new((a, b) => a.maximum(b), null, Math.Max),
        ["max"] = new((a, b) => a.max(b), null, Math.Max),
        ["minimum"] = new((a, b) => a.minimum(b), null, Math.Min),
        ["min"] = new((a, b) => a.min(b), null, Math.Min),
        ["logaddexp"] = new((a, b) => a.logaddexp(b), null, (a, b) => Math.Log(Math.Exp(a) + Math.Exp(b))),
        ["xlogy"] = new((a, b) => a.xlogy(b), (a, b) => a.xlogy_(b), (a, b) => a * Math.Log(b)),
        ["torch.add"] = new(torch.add, torch.add_, (a, b) => a + b),
        ["torch.sub"] = new(torch.sub, torch.sub_, (a, b) => a - b),
        ["torch.mul"] = new(torch.mul, torch.mul_, (a, b) => a * b),
        ["torch.div"] = new((a, b) => torch.div(a, b), (a, b) => torch.div_(a, b), (a, b) => a / b),
        ["torch.pow"] = new(torch.pow, torch.pow_, Math.Pow),
        ["torch.maximum"] = new(torch.maximum, null, Math.Max),
    };

    private static readonly Dictionary<string, ScalarCase> ScalarCases = new()
    {
        ["add"] = new((a, s) => a.add(s), (a, s) => a.add_(s), (a, s) => a + s),
        ["add_alpha"] = new((a, s) => a.add(s, 2), (a, s) => a.add_(s, 2), (a, s) => a + (2 * s)),
        ["sub"] = new((a, s) => a.sub(s), (a, s) => a.sub_(s), (a, s) => a - s),
        ["mul"] = new((a, s) => a.mul(s), (a, s) => a.mul_(s), (a, s) => a * s),
        ["div"] = new((a, s) => a.div(s), (a, s) => a.div_(s), (a, s) => a / s),
        ["div_floor"] = new((a, s) => a.div(s, RoundingMode.floor), (a, s) => a.div_(s, RoundingMode.floor), (a, s) => Math.Floor(a / s)),
        ["floor_divide"] = new((a, s) => a.floor_divide(s), (a, s) => a.floor_divide_(s), (a, s) => Math.Floor(a / s)),
        ["true_divide"] = new((a, s) => a.true_divide(s), (a, s) => a.true_divide_(s), (a, s) => a / s),
        ["remainder"] = new((a, s) => a.remainder(s), (a, s) => a.remainder_(s), (a, s) => a - (s * Math.Floor(a / s))),
        ["fmod"] = new((a, s) => a.fmod(s), (a, s) => a.fmod_(s), (a, s) => a % s),
        ["pow"] = new((a, s) => a.pow(s), (a, s) => a.pow_(s), Math.Pow),
        ["xlogy"] = new((a, s) => a.xlogy(s), (a, s) => a.xlogy_(s), (a, s) => a * Math.Log(s)),
        ["clamp_min"] = new((a, s) => a.clamp_min(s), (a, s) => a.clamp_min_(s), Math.Max),
        ["clamp_max"] = new((a, s) => a.clamp_max(s), (a, s) => a.clamp_max_(s), Math.Min),
        ["+ right"] = new((a, s) => a + s, null, (a, s) => a + s),
        ["+ left"] = new((a, s) => s + a, null, (a, s) => s + a),
        ["- right"] = new((a, s) => a - s, null, (a, s) => a - s),
        ["- left"] = new((a, s) => s - a, null, (a, s) => s - a),
        ["* right"] = new((a, s) => a * s, null, (a, s) => a * s),
        ["* left"] = new((a, s) => s * a, null, (a, s) => s * a),
        ["/ right"] = new((a, s) => a / s, null, (a, s) => a / s),
        ["/ left"] = new((a, s) => s / a, null, (a, s) => s / a),
        ["% right"] = new((a, s) => a % s, null, (a, s) => a - (s * Math.Floor(a / s))),
        ["float"] = new((a, s) => (a + (float)s) * 2f, null, (a, s) => (a + (float)s) * 2),
        ["int"] = new((a, s) => (2 - a) * 3, null, (a, s) => (2 - a) * 3),
        ["long"] = new((a, s) => (a - 2L) / 4L, null, (a, s) => (a - 2) / 4),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> SmoothNames => [.. Cases.Where(static c => c.Value.Smooth).Select(static c => c.Key)];

    public static TheoryData<string> ScalarNames => [.. ScalarCases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Binary_RandomValues_EqualsItsDefinition(string name)
    {
        using var scope = NewDisposeScope();
        var c = Cases[name];
        Tensor a = Expect.Random(1, 0.2, 4, 3, 5), b = Expect.Random(2, 0.3, 2, 3, 5);
        var expected = Expect.Map(a, b, c.Expected);
        Expect.Close(expected, c.Method(a, b));
        if (c.InPlace is null) return;
        var target = a.clone();
        Assert.Same(target, c.InPlace(target, b));
        Expect.Close(expected, target);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Binary_BroadcastRow_EqualsTheExpandedOne(string name)
    {
        using var scope = NewDisposeScope();
        var c = Cases[name];
        Tensor a = Expect.Random(3, 0.2, 4, 3, 5), b = Expect.Random(4, 0.3, 2, 5);
        Expect.Close(Expect.Map(a, b.expand(3, 5), c.Expected), c.Method(a, b));
    }

    [Theory]
    [MemberData(nameof(SmoothNames))]
    public void Binary_Gradient_EqualsDifferences(string name)
    {
        var c = Cases[name];
        using var scope = NewDisposeScope();
        Gradient.Check(inputs => c.Method(inputs[0], inputs[1]), 1e-5, Expect.Random(5, 0.2, 4, 2, 3), Expect.Random(6, 0.3, 2, 3));
    }

    [Theory]
    [MemberData(nameof(ScalarNames))]
    public void Scalar_RandomValues_EqualsItsDefinition(string name)
    {
        using var scope = NewDisposeScope();
        var c = ScalarCases[name];
        var a = Expect.Random(7, 0.2, 4, 3, 5);
        const double S = 1.7;
        var expected = Expect.Map(a, v => c.Expected(v, S));
        Expect.Close(expected, c.Method(a, S));
        if (c.InPlace is null) return;
        var target = a.clone();
        Assert.Same(target, c.InPlace(target, S));
        Expect.Close(expected, target);
    }

    [Fact]
    public void ScalarOperand_OfAnIntegerTensor_DecidesTheResultType()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new long[] { 1, 2, 3 });
        Assert.Equal(ScalarType.Int64, (x + 1).dtype);
        Assert.Equal(ScalarType.Float32, (x * 0.5).dtype);
        Assert.Equal(ScalarType.Float32, (x / 2).dtype);
        Expect.Close([9, 8, 7], 10 - x);
    }

    [Fact]
    public void Addcmul_Value_ScalesTheProduct()
    {
        using var scope = NewDisposeScope();
        Tensor a = Expect.Normal(1, 4), b = Expect.Normal(2, 4), c = Expect.Random(3, 0.5, 2, 4);
        double[] x = Expect.Values(a), y = Expect.Values(b), z = Expect.Values(c);
        Expect.Close([.. x.Select((v, k) => v + (0.3 * y[k] * z[k]))], a.addcmul(b, c, 0.3));
        Expect.Close([.. x.Select((v, k) => v + (0.3 * y[k] / z[k]))], a.addcdiv(b, c, 0.3));
        Expect.Close([.. x.Select((v, k) => v + (y[k] / z[k]))], a.addcdiv(b, c));
        var target = a.clone();
        Assert.Same(target, target.addcmul_(b, c, 0.3).addcdiv_(b, c, -0.1));
        Expect.Close([.. x.Select((v, k) => v + (0.3 * y[k] * z[k]) - (0.1 * y[k] / z[k]))], target);
    }

    [Fact]
    public void Lerp_Weight_MixesBothEnds()
    {
        using var scope = NewDisposeScope();
        Tensor a = Expect.Normal(1, 4), b = Expect.Normal(2, 4), w = Expect.Random(3, 0, 1, 4);
        double[] x = Expect.Values(a), y = Expect.Values(b), z = Expect.Values(w);
        double[] expected = [.. x.Select((v, k) => v + (z[k] * (y[k] - v)))];
        Expect.Close(expected, a.lerp(b, w));
        Expect.Close(expected, a.clone().lerp_(b, w));
    }

    [Fact]
    public void Clamp_Borders_LimitTheValues()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Random(1, -3, 3, 20);
        Expect.Close(Expect.Map(x, v => Math.Clamp(v, -1, 2)), x.clamp(-1, 2));
        Expect.Close(Expect.Map(x, v => Math.Max(v, -1)), x.clamp(min: -1));
        Expect.Close(Expect.Map(x, v => Math.Min(v, 2)), x.clip(max: 2));
        Expect.Close(Expect.Map(x, v => Math.Clamp(v, -1, 2)), x.clamp(full_like(x, -1), full_like(x, 2)));
        Expect.Close(Expect.Map(x, v => Math.Clamp(v, -1, 2)), x.clone().clamp_(-1, 2));
    }

    [Fact]
    public void NanToNum_Defaults_AreZeroAndTheTypesLimits()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1 });
        Expect.Close([0, double.MaxValue, double.MinValue, 1], x.nan_to_num());
        Expect.Close([7, 8, 9, 1], x.nan_to_num_(7, 8, 9));
    }
}
