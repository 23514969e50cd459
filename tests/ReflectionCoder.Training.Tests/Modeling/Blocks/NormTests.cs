using ReflectionCoder.Modeling.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling.Blocks;

/// <summary>Norms and their backward, which the root-mean-square norm writes itself, against the formulas and autograd.</summary>
public sealed class NormTests
{
    private const double Epsilon = 1e-3;

    [Theory]
    [InlineData(false, 5, 8)]
    [InlineData(true, 5, 8)]
    [InlineData(false, 3, 2, 8)]
    [InlineData(true, 3, 2, 8)]
    public void Apply_ForwardAndBackward_AreThoseOfTheFormula(bool addsOne, params int[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] sizes = [.. shape.Select(size => (long)size)];
        using var generator = new Generator(4, CPU);
        Tensor x = Draw(sizes, generator),
            weight = Draw([8], generator),
            direction = Draw(sizes, generator).detach();
        Tensor plain = x / (x.pow(2).mean([-1], keepdim: true) + Epsilon).sqrt() * (addsOne ? weight + 1 : weight);
        (double[] Of, double[] Weight) expected = Gradients(plain);
        Tensor normed = RmsNorm.Apply(x, weight, Epsilon, addsOne);
        (double[] Of, double[] Weight) gradients = Gradients(normed);
        Assert.True(TinyModels.Distance(plain, normed) < 1e-14);
        Assert.True(TinyModels.Distance(expected.Of, gradients.Of) < 1e-14);
        Assert.True(TinyModels.Distance(expected.Weight, gradients.Weight) < 1e-13);

        using IDisposable noGrad = no_grad();
        Assert.Equal(TinyModels.Numbers(normed), TinyModels.Numbers(RmsNorm.Apply(x, weight, Epsilon, addsOne)));

        (double[], double[]) Gradients(Tensor output)
        {
            (x.grad, weight.grad) = (null, null);
            (output * direction).sum().backward();
            return (TinyModels.Numbers(x.grad!), TinyModels.Numbers(weight.grad!));
        }
    }

    /// <summary>transformers rounds once behind 1 + weight, and twice where the weight itself is the factor.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Apply_BFloat16_RoundsWhereTransformersDoes(bool addsOne)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(5, CPU);
        Tensor x = randn([40, 64], generator: generator).to(ScalarType.BFloat16);
        Tensor weight = randn([64], generator: generator).mul(0.2).to(ScalarType.BFloat16);
        Tensor wide = x.to(ScalarType.Float32);
        Tensor normed = wide * (wide.pow(2).mean([-1], keepdim: true) + Epsilon).rsqrt();
        Tensor once = (normed * (weight.to(ScalarType.Float32) + (addsOne ? 1 : 0))).to(ScalarType.BFloat16);
        Tensor twice = normed.to(ScalarType.BFloat16) * (addsOne ? weight + 1 : weight);
        Assert.NotEqual(TinyModels.Numbers(once), TinyModels.Numbers(twice));
        Tensor actual = RmsNorm.Apply(x, weight, Epsilon, addsOne);
        Assert.Equal(ScalarType.BFloat16, actual.dtype);
        Assert.Equal(TinyModels.Numbers(addsOne ? once : twice), TinyModels.Numbers(actual));
    }

    [Fact]
    public void Layer_ForwardAndBackward_AreThoseOfTheFormula()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        Tensor x = Draw([5, 8], generator),
            weight = Draw([8], generator),
            bias = Draw([8], generator),
            direction = Draw([5, 8], generator).detach();
        Tensor centred = x - x.mean([-1], keepdim: true);
        Tensor plain = (centred / (centred.pow(2).mean([-1], keepdim: true) + Epsilon).sqrt() * weight) + bias;
        Tensor normed = Norm.Layer.Apply(x, new Dictionary<string, Tensor> { ["n.weight"] = weight, ["n.bias"] = bias }, "n", Epsilon);
        Assert.True(TinyModels.Distance(plain, normed) < 1e-14);
        double[][] expected = Gradients(plain);
        Assert.All(expected.Zip(Gradients(normed)), pair => Assert.True(TinyModels.Distance(pair.First, pair.Second) < 1e-13));

        double[][] Gradients(Tensor output)
        {
            (x.grad, weight.grad, bias.grad) = (null, null, null);
            (output * direction).sum().backward();
            return [TinyModels.Numbers(x.grad!), TinyModels.Numbers(weight.grad!), TinyModels.Numbers(bias.grad!)];
        }
    }

    /// <summary>Fresh weights leave the norm's result as it is.</summary>
    [Fact]
    public void FreshWeight_DoesNotScale()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor([1.0, -2, 3, 0.5]);
        foreach (Norm norm in (Norm[])[Norm.Rms, Norm.RmsOnePlus, Norm.Layer])
        {
            Dictionary<string, Tensor> weights = new()
            {
                ["n.weight"] = full([4], norm.FreshWeight, dtype: ScalarType.Float64),
                ["n.bias"] = zeros([4], dtype: ScalarType.Float64),
            };
            Tensor centred = norm == Norm.Layer ? x - x.mean() : x;
            Assert.True(TinyModels.Distance(centred / centred.pow(2).mean().sqrt(), norm.Apply(x, weights, "n", 0)) < 1e-14);
        }
    }

    private static Tensor Draw(long[] shape, Generator generator) =>
        randn(shape, dtype: ScalarType.Float64, generator: generator).requires_grad_();
}
