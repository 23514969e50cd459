using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Operators;

public class ComparisonTests
{
    private sealed record Case(Func<Tensor, Tensor, Tensor> Tensors, Func<Tensor, Scalar, Tensor> Scalars, Func<Tensor, Tensor, Tensor> InPlace,
        Func<Tensor, Tensor, Tensor> Operator, Func<Scalar, Tensor, Tensor> Left, Func<double, double, bool> Expected);

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["eq"] = new((a, b) => a.eq(b), (a, s) => a.eq(s), (a, b) => a.eq_(b), (a, b) => a == b, (s, a) => s == a, (a, b) => a == b),
        ["ne"] = new((a, b) => a.ne(b), (a, s) => a.ne(s), (a, b) => a.ne_(b), (a, b) => a != b, (s, a) => s != a, (a, b) => a != b),
        ["lt"] = new((a, b) => a.lt(b), (a, s) => a.lt(s), (a, b) => a.lt_(b), (a, b) => a < b, (s, a) => s < a, (a, b) => a < b),
        ["le"] = new((a, b) => a.le(b), (a, s) => a.le(s), (a, b) => a.le_(b), (a, b) => a <= b, (s, a) => s <= a, (a, b) => a <= b),
        ["gt"] = new((a, b) => a.gt(b), (a, s) => a.gt(s), (a, b) => a.gt_(b), (a, b) => a > b, (s, a) => s > a, (a, b) => a > b),
        ["ge"] = new((a, b) => a.ge(b), (a, s) => a.ge(s), (a, b) => a.ge_(b), (a, b) => a >= b, (s, a) => s >= a, (a, b) => a >= b),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Compare_AllForms_Agree(string name)
    {
        using var scope = NewDisposeScope();
        var c = Cases[name];
        Tensor a = tensor(new double[] { 1, 2, 3, 2 }), b = tensor(new double[] { 2, 2, 2, -1 });
        var expected = Expect.Map(a, b, (x, y) => c.Expected(x, y) ? 1 : 0);
        var result = c.Tensors(a, b);
        Assert.Equal(ScalarType.Bool, result.dtype);
        Expect.Close(expected, result);
        Expect.Close(expected, c.Operator(a, b));
        Expect.Close(expected, c.InPlace(a.clone(), b));
        Expect.Close(Expect.Map(a, x => c.Expected(x, 2) ? 1 : 0), c.Scalars(a, 2));
        Expect.Close(Expect.Map(a, x => c.Expected(2, x) ? 1 : 0), c.Left(2, a));
    }

    [Fact]
    public void Aliases_Compare_AsTheirShortNames()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new double[] { 1, 2, 3 }), b = tensor(new double[] { 2, 2, 2 });
        Expect.Close([0, 1, 0], a.equal(b));
        Expect.Close([1, 0, 1], a.not_equal(b));
        Expect.Close([1, 0, 0], a.less(b));
        Expect.Close([1, 1, 0], a.less_equal(b));
        Expect.Close([0, 0, 1], a.greater(b));
        Expect.Close([0, 1, 1], a.greater_equal(b));
        Expect.Close([0, 1, 0], torch.eq(a, b));
        Expect.Close([0, 0, 1], torch.gt(a, b));
    }

    [Fact]
    public void Equals_WholeTensor_ComparesShapeAndValues()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new double[] { 1, 2 });
        Assert.True(a.Equals(a.clone()));
        Assert.False(a.Equals(a + 1e-9));
        Assert.True(a.allclose(a + 1e-9));
        Assert.False(a.allclose(a + 1e-3));
        Assert.True(a.allclose(a + 1e-3, rtol: 0, atol: 1e-2));
        Expect.Close([1, 0], a.isclose(a + tensor(new[] { 0.0, 0.1 })));
    }

    [Fact]
    public void SpecialValues_AreTold()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1, double.NaN, double.PositiveInfinity, double.NegativeInfinity });
        Expect.Close([1, 0, 0, 0], x.isfinite());
        Expect.Close([0, 1, 0, 0], x.isnan());
        Expect.Close([0, 0, 1, 1], x.isinf());
        Expect.Close([0, 0, 1, 0], x.isposinf());
        Expect.Close([0, 0, 0, 1], x.isneginf());
        Expect.Close([1, 0, 0, 0], torch.isfinite(x));
        Expect.Close([0, 1, 0, 0], torch.isnan(x));
    }

    [Fact]
    public void Isin_TestElements_AreFound()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new long[] { 1, 2, 3, 4 });
        Expect.Close([0, 1, 0, 1], x.isin(tensor(new long[] { 4, 2 })));
        Expect.Close([1, 0, 1, 0], x.isin(tensor(new long[] { 4, 2 }), invert: true));
    }

    [Fact]
    public void Logical_TruthTable()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new[] { true, true, false, false }), b = tensor(new[] { true, false, true, false });
        Expect.Close([1, 0, 0, 0], a.logical_and(b));
        Expect.Close([1, 1, 1, 0], a.logical_or(b));
        Expect.Close([0, 1, 1, 0], a.logical_xor(b));
        Expect.Close([0, 0, 1, 1], a.logical_not());
        Expect.Close([1, 0, 0, 0], a & b);
        Expect.Close([1, 1, 1, 0], a | b);
        Expect.Close([0, 1, 1, 0], a ^ b);
        Expect.Close([0, 0, 1, 1], ~a);
        Expect.Close([1, 0, 0, 0], a.clone().logical_and_(b));
        Expect.Close([1, 1, 1, 0], a.clone().logical_or_(b));
        Expect.Close([0, 0, 1, 1], a.clone().logical_not_());
    }

    [Fact]
    public void Bitwise_Integers_WorkOnBits()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new long[] { 12 }), b = tensor(new long[] { 10 });
        Assert.Equal(8, a.bitwise_and(b).item<long>());
        Assert.Equal(14, a.bitwise_or(b).item<long>());
        Assert.Equal(6, a.bitwise_xor(b).item<long>());
        Assert.Equal(-13, a.bitwise_not().item<long>());
    }

    [Fact]
    public void InPlace_LogicAndAliases()
    {
        using var scope = NewDisposeScope();
        Tensor a = tensor(new[] { true, true, false, false }), b = tensor(new[] { true, false, true, false });
        Expect.Close([0, 1, 1, 0], a.clone().logical_xor_(b));
        Expect.Close([1, 0, 0, 0], a.clone().bitwise_and_(b));
        Expect.Close([1, 1, 1, 0], a.clone().bitwise_or_(b));
        Expect.Close([0, 1, 1, 0], a.clone().bitwise_xor_(b));
        Expect.Close([0, 0, 1, 1], a.clone().bitwise_not_());
        Tensor x = tensor(new double[] { 1, 2, 3 }), y = tensor(new double[] { 2, 2, 2 });
        Expect.Close([1, 1, 0], x.clone().less_equal_(y));
        Expect.Close([1, 0, 1], x.clone().not_equal_(y));
    }

    [Fact]
    public void AllAny_Dimensions()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { true, false, true, true }).view(2, 2);
        Assert.False(x.all().item<bool>());
        Assert.True(x.any().item<bool>());
        Expect.Close([0, 1], x.all(1));
        Expect.Close([1, 1], x.any(0));
        Expect.Shape(x.any(0, keepdim: true), 1, 2);
    }
}
