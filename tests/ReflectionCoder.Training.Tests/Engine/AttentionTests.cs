using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace ReflectionCoder.Tests.Engine;

/// <summary>Fused attention as RowAttention calls it: strided heads, the flag is_casual, boolean masks, no way to set the scale.</summary>
public sealed class AttentionTests
{
    private const int Width = 6;

    private static Device Device => TinyModels.GoldenDevice;

    [Theory]
    [InlineData(ScalarType.Float64, 1e-12)]
    [InlineData(ScalarType.BFloat16, 0.03)]
    public void Attention_Causal_ScalesByTheRootOfTheWidthAndSeesNothingLater(ScalarType dtype, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor q, Tensor k, Tensor v) = (Heads(1, 70, dtype), Heads(2, 70, dtype), Heads(3, 70, dtype));
        Tensor result = scaled_dot_product_attention(q, k, v, is_casual: true);
        Assert.Equal(dtype, result.dtype);
        Assert.True(TinyModels.Distance(Formula(q, k, v, Earlier(70, 70)), result) < tolerance);
    }

    /// <summary>RowAttention.Continued masks by itself: the flag lines up the first query with the first key, not the last ones.</summary>
    [Fact]
    public void Attention_CausalWithFewerQueriesThanKeys_CountsFromTheFirst()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor q, Tensor k, Tensor v) = (Heads(1, 3), Heads(2, 8), Heads(3, 8));
        Tensor result = scaled_dot_product_attention(q, k, v, is_casual: true);
        Assert.True(TinyModels.Distance(Formula(q, k, v, Earlier(3, 8)), result) < 1e-12);
    }

    /// <summary>RowAttention.NextTokens masks the cache's shorter rows by one mask [R, 1, 1, S] for all heads.</summary>
    [Fact]
    public void Attention_BooleanMask_LetsTrueTakePartInEveryHead()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor q, Tensor k, Tensor v) = (Heads(1, 1), Heads(2, 5), Heads(3, 5));
        Tensor mask = arange(5, device: Device).view(1, 1, 1, 5).lt(tensor(new long[] { 2, 5 }, device: Device).view(2, 1, 1, 1));
        Tensor result = scaled_dot_product_attention(q, k, v, attn_mask: mask);
        Assert.True(TinyModels.Distance(Formula(q, k, v, mask), result) < 1e-12);
    }

    /// <summary>KeyValueCache fills its buffers with zeros, because a weight of 0 makes NaN of a NaN that nobody may look at.</summary>
    [Fact]
    public void Attention_NaNBehindTheMask_Spreads()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor q, Tensor k, Tensor v) = (Heads(1, 1), Heads(2, 5), Heads(3, 5).contiguous());
        v.select(2, 4).fill_(double.NaN);
        Tensor result = scaled_dot_product_attention(q, k, v, attn_mask: arange(5, device: Device).lt(4).view(1, 1, 1, 5));
        Assert.All(TinyModels.Numbers(result), value => Assert.True(double.IsNaN(value)));
    }

    /// <summary>CheckpointedLayer runs a layer without gradients, then with them, and promises the same bits.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Attention_WithAndWithoutGradients_AgreesToTheBit(ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] inputs = [.. Enumerable.Range(1, 3).Select(seed => Heads(seed, 70, dtype).detach().requires_grad_())];
        Tensor learned = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], is_casual: true);
        Assert.True(learned.requires_grad);
        using IDisposable noGrad = no_grad();
        Tensor plain = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], is_casual: true);
        Assert.Equal(TinyModels.Numbers(learned), TinyModels.Numbers(plain));
    }

    /// <summary>[R, H, T, D] as a view of [R, T, H, D], as a decoder's projections give it.</summary>
    private static Tensor Heads(int seed, int length, ScalarType dtype = ScalarType.Float64)
    {
        using Generator generator = new((ulong)seed, CPU);
        return randn([2, length, 3, Width], dtype: ScalarType.Float64, generator: generator).to(dtype, Device).transpose(1, 2);
    }

    private static Tensor Earlier(int queries, int keys) =>
        arange(keys, device: Device).unsqueeze(0).le(arange(queries, device: Device).unsqueeze(1));

    private static Tensor Formula(Tensor q, Tensor k, Tensor v, Tensor visible)
    {
        (q, k, v) = (q.to(ScalarType.Float64), k.to(ScalarType.Float64), v.to(ScalarType.Float64));
        Tensor scores = q.matmul(k.transpose(-2, -1)).div(Math.Sqrt(Width));
        return scores.masked_fill(visible.logical_not(), double.NegativeInfinity).softmax(-1).matmul(v);
    }
}
