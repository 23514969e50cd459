using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>Types that results have and sums are computed in, rounding, and the largest of a row.</summary>
public sealed class NumberTests
{
    private static Device Device => TinyModels.GoldenDevice;

    /// <summary>A model of a type computes in that type: nothing on the way may widen or refuse it.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Operators_OfADecoder_StayInTheirType(ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones([4, 6], dtype: dtype, device: Device);
        Tensor[] products = [nn.functional.linear(x, x), x.mm(x.transpose(0, 1)), x.mul(0.5)];
        Tensor[] functions = [nn.functional.silu(x), x.pow(2).mean([-1], keepdim: true).add(1e-6).rsqrt(), x.cos()];
        Assert.All([.. products, .. functions], result => Assert.Equal(dtype, result.dtype));
    }

    /// <summary>Weights are read (copy_) and updated from masters (copy_), and adapters cast (to), to bf16.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Cast_ToBFloat16_RoundsToNearestEven(bool byCopy)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1.00390625f, 1.01171875f, 3.1415927f, -0.1f }, device: Device);
        Tensor narrow = byCopy ? empty_like(x, ScalarType.BFloat16).copy_(x) : x.to(ScalarType.BFloat16);
        Assert.Equal([1, 1.015625, 3.140625, -0.10009765625], TinyModels.Numbers(narrow));
    }

    /// <summary>LoraUpdate casts float32 matrices to the model's bf16; AdamW wants their gradients in float32.</summary>
    [Fact]
    public void Cast_InAGraph_GivesTheGradientInTheLeafsType()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones(2).requires_grad_();
        weight.to(ScalarType.BFloat16).mul(3).sum().backward();
        Assert.Equal(ScalarType.Float32, weight.grad!.dtype);
        Assert.Equal([3, 3], TinyModels.Numbers(weight.grad!));
    }

    /// <summary>ChunkedDistillationLoss multiplies bf16 hidden states by float32 factors, and rounds once.</summary>
    [Fact]
    public void Multiply_BFloat16ByFloat32_IsDoneInFloat32()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor product = full([2, 1], 3, dtype: ScalarType.BFloat16).mul(tensor(new[] { 1.001f }).view(1, 1));
        Assert.Equal(ScalarType.Float32, product.dtype);
        Assert.Equal(3 * 1.001f, (float)TinyModels.Numbers(product)[0]);
    }

    /// <summary>Both losses take bf16 logits to float32 inside log_softmax.</summary>
    [Fact]
    public void LogSoftmax_WithAType_ComputesInIt()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1, CPU);
        Tensor logits = randn([3, 50], dtype: ScalarType.Float32, generator: generator).to(ScalarType.BFloat16, Device);
        Tensor result = logits.log_softmax(-1, ScalarType.Float32);
        Assert.Equal(ScalarType.Float32, result.dtype);
        Assert.True(TinyModels.Distance(logits.to(ScalarType.Float64).log_softmax(-1), result) < 1e-6);
    }

    /// <summary>The losses' sums: of all elements, in float64. A type taken for a dimension would do something else.</summary>
    [Fact]
    public void Sum_WithAType_AddsEverythingInIt()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 16_777_216f, 1f, 1f, -16_777_216f }, device: Device).view(2, 2);
        Tensor sum = x.sum(ScalarType.Float64);
        Assert.Equal(2, sum.item<double>());
        Assert.Empty(sum.shape);
    }

    /// <summary>GradientNorm measures in float64: torch's own norm of many equal numbers is nearly a hundredth off.</summary>
    [Fact]
    public void Norm_OfManyFloats_LosesDigits()
    {
        using DisposeScope scope = NewDisposeScope();
        int threads = get_num_threads();
        set_num_threads(1); // each thread adds up its own part
        double norm = full([1 << 24], 0.1f).norm().item<float>();
        set_num_threads(threads);
        Assert.InRange(Math.Abs((norm / (Math.Sqrt(1 << 24) * 0.1f)) - 1), 1e-5, 1e-1);
    }

    /// <summary>TokenBatch's greedy tokens: the first of equal logits, as TokenSampler chooses, and NaN is not passed over.</summary>
    [Fact]
    public void Max_TiesAndNaN_GivesTheFirstAndNaN()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new[] { 1f, 4f, 4f, 2f, 4f, 1f, float.NaN, 9f, float.NaN, 0f }, device: Device).view(2, 5);
        (Tensor values, Tensor indexes) = logits.max(1);
        Assert.Equal([4, double.NaN], TinyModels.Numbers(values));
        Assert.Equal([1, 1], TinyModels.Numbers(indexes));
    }
}
