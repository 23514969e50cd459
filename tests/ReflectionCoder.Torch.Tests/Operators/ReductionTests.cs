using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Operators;

public class ReductionTests
{
    private sealed record Case(Func<Tensor, Tensor> Whole, Func<Tensor, long, bool, Tensor> Dim, Func<double[], double> Expected, double Low = -2, bool Smooth = true);

    private static readonly Dictionary<string, Case> Cases = new()
    {
        ["sum"] = new(x => x.sum(), (x, d, k) => x.sum(d, k), v => v.Sum()),
        ["sum dims"] = new(x => x.sum([0, 1, 2]), (x, d, k) => x.sum([d], k), v => v.Sum()),
        ["torch.sum"] = new(x => torch.sum(x), (x, d, k) => torch.sum(x, d, k), v => v.Sum()),
        ["mean"] = new(x => x.mean(), (x, d, k) => x.mean([d], k), v => v.Average()),
        ["prod"] = new(x => x.prod(), (x, d, k) => x.prod(d, k), v => v.Aggregate((a, b) => a * b), 0.5),
        ["std"] = new(x => x.std(), (x, d, k) => x.std(d, keepdim: k), v => Math.Sqrt(Variance(v, 1))),
        ["norm"] = new(x => x.norm(), (x, d, k) => x.norm((int)d, k), v => Math.Sqrt(v.Sum(a => a * a))),
        ["norm 1"] = new(x => x.norm(1f), (x, d, k) => x.norm((int)d, k, 1), v => v.Sum(Math.Abs)),
        ["logsumexp"] = new(x => x.flatten().logsumexp(0), (x, d, k) => x.logsumexp(d, k), v => Math.Log(v.Sum(Math.Exp))),
        ["max"] = new(x => x.max(), (x, d, k) => x.max(d, k).values, v => v.Max()),
        ["min"] = new(x => x.min(), (x, d, k) => x.min(d, k).values, v => v.Min()),
        ["amax"] = new(x => x.amax([0, 1, 2]), (x, d, k) => x.amax([d], k), v => v.Max()),
        ["amin"] = new(x => x.amin(0, 1, 2), (x, d, k) => x.amin([d], k), v => v.Min()),
        ["argmax"] = new(x => x.argmax(), (x, d, k) => x.argmax(d, k), v => Array.IndexOf(v, v.Max()), Smooth: false),
        ["argmin"] = new(x => x.argmin(), (x, d, k) => x.argmin(d, k), v => Array.IndexOf(v, v.Min()), Smooth: false),
        ["nansum"] = new(x => x.nansum(), (x, d, k) => x.sum(d, k), v => v.Sum()),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> SmoothNames => [.. Cases.Where(static c => c.Value.Smooth).Select(static c => c.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reduce_WholeAndEachDimension_EqualsItsDefinition(string name)
    {
        using var scope = NewDisposeScope();
        var c = Cases[name];
        var x = Expect.Random(1, c.Low, 2, 3, 4, 5);
        Expect.Close([c.Expected(Expect.Values(x))], c.Whole(x), 1e-10);
        for (var dim = 0; dim < 3; dim++)
        {
            var rows = x.movedim([dim], [2]).reshape(-1, x.shape[dim]);
            double[] expected = [.. Expect.Values(rows).Chunk((int)x.shape[dim]).Select(c.Expected)];
            long[] kept = x.shape, dropped = [.. x.shape.Where((_, k) => k != dim)];
            kept[dim] = 1;
            Expect.Close(expected, c.Dim(x, dim, false), 1e-10);
            Expect.Shape(c.Dim(x, dim, false), dropped);
            Expect.Close(expected, c.Dim(x, dim - 3, true), 1e-10);
            Expect.Shape(c.Dim(x, dim, true), kept);
        }
    }

    [Theory]
    [MemberData(nameof(SmoothNames))]
    public void Reduce_Gradient_EqualsDifferences(string name)
    {
        var c = Cases[name];
        using var x = Expect.Random(2, c.Low, 2, 2, 3, 2);
        Gradient.Check(inputs => c.Dim(inputs[0], 1, false), 1e-5, x);
        Gradient.Check(inputs => c.Whole(inputs[0]), 1e-5, x);
    }

    [Fact]
    public void Sum_Type_AddsInThatType()
    {
        using var scope = NewDisposeScope();
        var ones = torch.ones(4096, dtype: ScalarType.BFloat16);
        Assert.Equal(ScalarType.Float32, ones.sum(ScalarType.Float32).dtype);
        Assert.Equal(4096, ones.sum(ScalarType.Float32).item<float>());
        Assert.Equal(ScalarType.Int64, tensor(new[] { true, true, false }).sum().dtype);
        Assert.Equal(2, tensor(new[] { true, true, false }).sum().item<long>());
        Expect.Close([30, 36], arange(9, dtype: ScalarType.Float64).view(3, 3).narrow(0, 0, 2).sum(1).add(tensor(new double[] { 27, 24 })));
        Expect.Close([36], arange(9).view(1, 3, 3).sum(1, 2));
        Expect.Close([36], arange(9).view(1, 3, 3).sum(0, 1, 2));
    }

    [Fact]
    public void Softmax_Rows_SumToOneAndEqualTheDefinition()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(3, 4, 6);
        double[] expected = [.. Expect.Values(x).Chunk(6).SelectMany(static row => row.Select(v => Math.Exp(v) / row.Sum(Math.Exp)))];
        Expect.Close(expected, x.softmax(-1));
        Expect.Close(expected, torch.softmax(x, 1));
        Expect.Close(expected, nn.functional.softmax(x, 1));
        Expect.Close(Array.ConvertAll(expected, Math.Log), x.log_softmax(1));
        Expect.Close(Array.ConvertAll(expected, Math.Log), nn.functional.log_softmax(x, -1));
        Expect.Close(expected, x.transpose(0, 1).softmax(0).transpose(0, 1));
        Assert.Equal(ScalarType.Float32, x.softmax(-1, ScalarType.Float32).dtype);
        Gradient.Check(inputs => inputs[0].softmax(1), 1e-5, Expect.Normal(4, 2, 3));
        Gradient.Check(inputs => inputs[0].log_softmax(1), 1e-5, Expect.Normal(4, 2, 3));
    }

    [Fact]
    public void Softmax_LargeLogits_DoesNotOverflow()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1000f, 999f, float.NegativeInfinity });
        Expect.Close([1 / (1 + Math.Exp(-1)), Math.Exp(-1) / (1 + Math.Exp(-1)), 0], x.softmax(0), 1e-6);
        Expect.Close([1000 + Math.Log(1 + Math.Exp(-1))], x.logsumexp(0), 1e-6);
    }

    [Fact]
    public void Cumulative_Sums()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(5, 6);
        double[] v = Expect.Values(x), sums = new double[6], products = new double[6];
        for (var k = 0; k < 6; k++)
        {
            sums[k] = (k == 0 ? 0 : sums[k - 1]) + v[k];
            products[k] = (k == 0 ? 1 : products[k - 1]) * v[k];
        }
        Expect.Close(sums, x.cumsum(0));
        Expect.Close(products, x.cumprod(0));
        Expect.Close(Expect.Map(x.exp().cumsum(0), Math.Log), x.logcumsumexp(0));
        Assert.Equal(ScalarType.Int64, tensor(new[] { true, true }).cumsum(0).dtype);
    }

    [Fact]
    public void Topk_LargestFirst_WithTheirPlaces()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 3, 1, 4, 1, 5, 9, 2, 6 }).view(2, 4);
        var (values, indexes) = x.topk(2);
        Expect.Close([4, 3, 9, 6], values);
        Expect.Close([2, 0, 1, 3], indexes);
        Expect.Close([1, 1, 2, 5], x.topk(2, largest: false).values);
        Expect.Close([4, 9], torch.topk(x, 1).values);
    }

    [Fact]
    public void Sort_BothWays()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 3, 1, 2, 1 });
        var (values, indices) = x.sort(stable: true);
        Expect.Close([1, 1, 2, 3], values);
        Expect.Close([1, 3, 2, 0], indices);
        Expect.Close([3, 2, 1, 1], x.sort(0, descending: true).Values);
        Expect.Close([3, 2, 1, 1], x.gather(0, x.argsort(descending: true)));
    }

    [Fact]
    public void Counting()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new long[] { 1, 0, 3, 1 });
        Assert.Equal(3, x.count_nonzero().item<long>());
        Expect.Close([1, 2, 0, 1, 0], x.bincount(null!, 5));
        Expect.Close([0, 1, 3], tensor(new[] { 0.5, 1.5, 9 }).bucketize(tensor(new double[] { 1, 2, 3 })));
        Expect.Close([1], x.median());
    }

    private static double Variance(double[] values, int correction)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Length - correction);
    }
}
