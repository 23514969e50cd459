using System.Runtime.InteropServices;
using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ReflectionCoder.Tests.Functional;

public class AttentionTests
{
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(5, 5, false)]
    [InlineData(5, 5, true)]
    [InlineData(1, 40, false)]
    [InlineData(7, 300, false)]
    [InlineData(300, 7, false)]
    [InlineData(300, 300, true)]
    [InlineData(257, 400, true)]
    [InlineData(400, 257, true)]
    public void Attention_Lengths_EqualTheFormulaForwardAndBackward(long queries, long keys, bool causal)
    {
        using var scope = NewDisposeScope();
        Compare([2, 3], queries, keys, 8, 8, null, causal);
        Compare([3], queries, keys, 8, 8, null, causal);
    }

    [Fact]
    public void Attention_WiderValues_EqualTheFormula()
    {
        using var scope = NewDisposeScope();
        Compare([2], 9, 11, 4, 6, null, false);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_Masks_EqualTheFormula(bool boolean)
    {
        using var scope = NewDisposeScope();
        foreach (var shape in (long[][])[[150, 140], [2, 1, 150, 140], [2, 3, 150, 140]])
        {
            var mask = Expect.Normal(4, shape);
            // Every query keeps the first key, so that no row is blind.
            if (boolean) mask = (mask > 0).index_fill(-1, tensor(new long[] { 0 }), true);
            Compare([2, 3], 150, 140, 8, 8, mask, false);
        }
    }

    [Fact]
    public void Attention_Causal_IgnoresLaterKeys()
    {
        using var scope = NewDisposeScope();
        Tensor q = Expect.Normal(1, 2, 6, 4), k = Expect.Normal(2, 2, 6, 4), v = Expect.Normal(3, 2, 6, 4);
        var all = F.scaled_dot_product_attention(q, k, v, is_casual: true);
        for (var t = 1; t <= 6; t++)
        {
            var prefix = F.scaled_dot_product_attention(q.narrow(1, 0, t), k.narrow(1, 0, t), v.narrow(1, 0, t), is_casual: true);
            Expect.Close(all.narrow(1, 0, t), prefix);
        }
        Expect.Close(v.narrow(1, 0, 1), all.narrow(1, 0, 1));
    }

    [Fact]
    public void Attention_StridedInputs_EqualTheContiguousOnes()
    {
        using var scope = NewDisposeScope();
        // [T, H, E] seen as [H, T, E], as a decoder hands it over.
        Tensor q = Expect.Normal(1, 20, 3, 4).transpose(0, 1), k = Expect.Normal(2, 20, 3, 4).transpose(0, 1), v = Expect.Normal(3, 20, 3, 4).transpose(0, 1);
        Expect.Close(Formula(q.contiguous(), k.contiguous(), v.contiguous(), null, true), F.scaled_dot_product_attention(q, k, v, is_casual: true));
    }

    [Fact]
    public void Attention_Gradient_EqualsDifferences()
    {
        using var scope = NewDisposeScope();
        Gradient.Check(i => F.scaled_dot_product_attention(i[0], i[1], i[2], is_casual: true), 1e-5,
            Expect.Normal(1, 2, 4, 3), Expect.Normal(2, 2, 4, 3), Expect.Normal(3, 2, 4, 3));
    }

    [Theory]
    [InlineData("Float32", 1e-5)]
    [InlineData("BFloat16", 0.05)]
    public void Attention_LowerPrecision_StaysWithinIt(string type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var dtype = Enum.Parse<ScalarType>(type);
        Tensor q = Expect.Normal(1, 2, 70, 8).to(dtype), k = Expect.Normal(2, 2, 70, 8).to(dtype), v = Expect.Normal(3, 2, 70, 8).to(dtype);
        Tensor[] leaves = [.. new[] { q, k, v }.Select(static t => t.detach().requires_grad_())];
        var result = F.scaled_dot_product_attention(leaves[0], leaves[1], leaves[2], is_casual: true);
        Assert.Equal(dtype, result.dtype);
        Tensor[] exact = [.. new[] { q, k, v }.Select(static t => t.to(ScalarType.Float64).requires_grad_())];
        var expected = Formula(exact[0], exact[1], exact[2], null, true);
        Expect.Close(expected, result, tolerance);
        var weight = Expect.Random(9, 0.5, 1.5, expected.shape);
        var expectedGradients = autograd.grad([(expected * weight).sum()], exact);
        var gradients = autograd.grad([(result * weight.to(dtype)).sum()], leaves);
        for (var i = 0; i < 3; i++) Expect.Close(expectedGradients[i], gradients[i], tolerance * 2);
    }

    /// <summary>Four dimensions of float32 have a kernel of their own in compat.</summary>
    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1, 90, false)]
    [InlineData(63, 63, true)]
    [InlineData(200, 200, true)]
    [InlineData(130, 300, true)]
    [InlineData(300, 130, true)]
    [InlineData(70, 300, false)]
    public void Attention_Float32Heads_EqualTheFormulaForwardAndBackward(long queries, long keys, bool causal)
    {
        using var scope = NewDisposeScope();
        // [B, T, H, E] seen as [B, H, T, E], one key-value head for all query heads, values wider than keys, scores far from 0.
        Tensor[] exact = [Expect.Normal(1, 2, queries, 3, 8) * 4, Expect.Normal(2, 2, keys, 1, 8) * 4, Expect.Normal(3, 2, keys, 1, 10)];
        exact = [.. exact.Select(static t => t.transpose(1, 2).detach().requires_grad_())];
        Tensor[] leaves = [.. exact.Select(static t => t.detach().to(ScalarType.Float32).requires_grad_())];
        Tensor[] spread = [.. leaves.Select((t, i) => i == 0 ? t : t.expand(2, 3, t.shape[2], t.shape[3]))];
        var result = F.scaled_dot_product_attention(spread[0], spread[1], spread[2], is_casual: causal);
        var expected = Formula(exact[0], exact[1], exact[2], null, causal);
        Expect.Close(expected, result, 2e-5);
        var weight = Expect.Random(9, 0.5, 1.5, expected.shape);
        var expectedGradients = autograd.grad([expected], exact, [weight]);
        var gradients = autograd.grad([result], leaves, [weight.to(ScalarType.Float32)]);
        for (var i = 0; i < 3; i++) Expect.Close(expectedGradients[i], gradients[i], 2e-3);
    }

    [Fact]
    public void Attention_NaN_IsNotHidden()
    {
        using var scope = NewDisposeScope();
        Tensor q = Expect.Normal(1, 1, 2, 70, 8).to(ScalarType.Float32), k = Expect.Normal(2, 1, 2, 70, 8).to(ScalarType.Float32);
        k.select(2, 40).fill_(double.NaN);
        var result = F.scaled_dot_product_attention(q, k, q, is_casual: true).isnan();
        Assert.False(result.narrow(2, 0, 40).any().item<bool>());
        Assert.True(result.narrow(2, 40, 30).all().item<bool>());
    }

    [Fact]
    public void Attention_Dropout_ScalesTheKeptWeights()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var v = eye(50).unsqueeze(0);
        var zero = zeros(1, 50, 8);
        var weights = F.scaled_dot_product_attention(zero, zero, v, p: 0.5);
        var kept = weights.ne(0).to(ScalarType.Float32);
        Assert.InRange(kept.mean().item<float>(), 0.4f, 0.6f);
        Expect.Close(kept * (2 / 50.0), weights, 1e-6);
    }

    [Fact]
    public void Attention_NoGradients_GivesTheSameValues()
    {
        using var scope = NewDisposeScope();
        Tensor q = Expect.Normal(1, 2, 40, 4), k = Expect.Normal(2, 2, 40, 4), v = Expect.Normal(3, 2, 40, 4);
        var expected = F.scaled_dot_product_attention(q.requires_grad_(), k, v, is_casual: true);
        Assert.True(expected.requires_grad);
        using var _ = no_grad();
        var result = F.scaled_dot_product_attention(q, k, v, is_casual: true);
        Assert.False(result.requires_grad);
        Expect.Close(expected, result);
    }

    [Fact]
    public void Attention_BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        Tensor q = Expect.Normal(1, 2, 4, 3), k = Expect.Normal(2, 2, 5, 3), v = Expect.Normal(3, 2, 5, 3);
        Assert.Throws<ExternalException>(() => F.scaled_dot_product_attention(q, k.to(ScalarType.Float32), v));
        Assert.Throws<ExternalException>(() => F.scaled_dot_product_attention(q, Expect.Normal(2, 2, 5, 4), v));
        Assert.Throws<ArgumentException>(() => F.scaled_dot_product_attention(q, k, v, zeros(4, 5, dtype: ScalarType.Float64), is_casual: true));
        Assert.Throws<ArgumentException>(() => F.scaled_dot_product_attention(q, k, v, p: -1));
    }

    private static void Compare(long[] batch, long queries, long keys, long width, long valueWidth, Tensor? mask, bool causal)
    {
        Tensor q = Expect.Normal(1, [.. batch, queries, width]).requires_grad_(), k = Expect.Normal(2, [.. batch, keys, width]).requires_grad_(),
            v = Expect.Normal(3, [.. batch, keys, valueWidth]).requires_grad_();
        var result = F.scaled_dot_product_attention(q, k, v, mask, 0, causal);
        var expected = Formula(q, k, v, mask, causal);
        Expect.Close(expected, result, 1e-11);
        var weight = Expect.Random(9, 0.5, 1.5, expected.shape);
        var expectedGradients = autograd.grad([expected], [q, k, v], [weight]);
        var gradients = autograd.grad([result], [q, k, v], [weight]);
        for (var i = 0; i < 3; i++) Expect.Close(expectedGradients[i], gradients[i], 1e-11);
    }

    private static Tensor Formula(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal)
    {
        var scores = q.matmul(k.transpose(-2, -1)) / Math.Sqrt(q.shape[^1]);
        if (causal) scores = scores.masked_fill(ones(q.shape[^2], k.shape[^2], dtype: ScalarType.Bool).triu(1), double.NegativeInfinity);
        if (mask is not null) scores = mask.dtype == ScalarType.Bool ? scores.masked_fill(mask.logical_not(), double.NegativeInfinity) : scores + mask;
        return scores.softmax(-1).matmul(v);
    }
}
