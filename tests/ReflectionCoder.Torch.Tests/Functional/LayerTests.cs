using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ReflectionCoder.Tests.Functional;

public class LayerTests
{
    [Fact]
    public void Linear_Bias_IsAdded()
    {
        using var scope = NewDisposeScope();
        Tensor x = Expect.Normal(1, 2, 3, 4), w = Expect.Normal(2, 5, 4), b = Expect.Normal(3, 5);
        double[] xs = Expect.Values(x), ws = Expect.Values(w), bs = Expect.Values(b), expected = new double[30];
        for (var r = 0; r < 6; r++)
        {
            for (var o = 0; o < 5; o++) expected[(r * 5) + o] = bs[o] + Enumerable.Range(0, 4).Sum(i => xs[(r * 4) + i] * ws[(o * 4) + i]);
        }
        Expect.Close(expected, F.linear(x, w, b));
        Expect.Shape(F.linear(x, w), 2, 3, 5);
        Gradient.Check(inputs => F.linear(inputs[0], inputs[1], inputs[2]), 1e-5, x, w, b);
    }

    [Fact]
    public void LayerNorm_Rows_AreNormalised()
    {
        using var scope = NewDisposeScope();
        Tensor x = Expect.Normal(1, 3, 4), w = Expect.Normal(2, 4), b = Expect.Normal(3, 4);
        double[] ws = Expect.Values(w), bs = Expect.Values(b);
        double[] expected = [.. Expect.Values(x).Chunk(4).SelectMany(row =>
        {
            var mean = row.Average();
            var deviation = Math.Sqrt(row.Average(v => (v - mean) * (v - mean)) + 1e-5);
            return row.Select((v, k) => ((v - mean) / deviation * ws[k]) + bs[k]);
        })];
        Expect.Close(expected, F.layer_norm(x, [4], w, b));
        Gradient.Check(inputs => F.layer_norm(inputs[0], [4], inputs[1], inputs[2]), 1e-5, x, w, b);
    }

    [Fact]
    public void Normalize_Rows_HaveNormOne()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 3, 4);
        Expect.Close(x / x.square().sum(1, keepdim: true).sqrt(), F.normalize(x));
        Expect.Close([1, 1, 1], F.normalize(x).norm(1));
    }

    [Fact]
    public void Dropout_Training_ZeroesAndScales_AndItsGradientFollows()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var x = ones(10_000, dtype: ScalarType.Float64).requires_grad_();
        var y = F.dropout(x, 0.25);
        var kept = y.ne(0);
        Assert.InRange(kept.to(ScalarType.Float64).mean().item<double>(), 0.72, 0.78);
        Expect.Close(kept.to(ScalarType.Float64) / 0.75, y);
        y.sum().backward();
        Expect.Close(kept.to(ScalarType.Float64) / 0.75, x.grad!);
        Expect.Close(x, F.dropout(x, 0.25, training: false));
    }

    [Fact]
    public void OneHot_Classes()
    {
        using var scope = NewDisposeScope();
        Expect.Close([0, 1, 0, 1, 0, 0], F.one_hot(tensor(new long[] { 1, 0 }), 3));
        Expect.Shape(F.one_hot(tensor(new long[] { 1, 4 })), 2, 5);
        Assert.Throws<ArgumentException>(() => F.one_hot(tensor(new[] { 1f })));
    }

    [Fact]
    public void Activations_Functional_EqualTheMethods()
    {
        using var scope = NewDisposeScope();
        var x = Expect.Normal(1, 6);
        Expect.Close(x.silu(), F.silu(x));
        Expect.Close(x.relu(), F.relu(x));
        Expect.Close(x.sigmoid(), F.sigmoid(x));
        Expect.Close(x.log_sigmoid(), F.logsigmoid(x));
    }

    [Fact]
    public void ClipGradNorm_LargeGradients_AreScaledTogether()
    {
        using var scope = NewDisposeScope();
        var a = nn.Parameter(ones(3));
        var b = nn.Parameter(ones(4));
        ((a * 3).sum() + (b * 4).sum()).backward();
        var norm = nn.utils.clip_grad_norm_([a, b], 1.0);
        Assert.Equal(Math.Sqrt((3 * 9) + (4 * 16)), norm, 4);
        Expect.Close([.. Enumerable.Repeat(3 / norm, 3)], a.grad!, 1e-5);
        Expect.Close([.. Enumerable.Repeat(4 / norm, 4)], b.grad!, 1e-5);
        Assert.Equal(1, nn.utils.clip_grad_norm_([a, b], 10.0), 4);
        Expect.Close([.. Enumerable.Repeat(3 / norm, 3)], a.grad!, 1e-5);
    }
}
