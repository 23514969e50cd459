using ReflectionCoder.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Optimization;

/// <summary>The optimizer that keeps running averages of the weights.</summary>
public sealed class AveragingOptimizerTests
{
    private const double Decay = 0.8;

    [Fact]
    public void Step_ManyTimes_AveragesAsTheRecurrenceDoes()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = randn([5, 3], ScalarType.Float64).requires_grad_();
        using AveragingOptimizer optimizer = Create(weight);
        double[] naive = Numbers(weight);
        for (int step = 0; step < 6; step++)
        {
            weight.grad = randn([5, 3], ScalarType.Float64);
            optimizer.Step(0.1);
            naive = [.. naive.Zip(Numbers(weight), (average, now) => (Decay * average) + ((1 - Decay) * now))];
        }

        Assert.Equal(6, optimizer.StepCount);
        double[] averages = Numbers(optimizer.GetState()["average.w"]);
        Assert.All(naive.Zip(averages), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
        Assert.All(naive.Zip(Numbers(weight)), pair => Assert.NotEqual(pair.First, pair.Second, 1e-3));
    }

    /// <summary>Each update of a bf16 weight is lost in its rounding; its average isn't.</summary>
    [Fact]
    public void Step_Bfloat16_KeepsAveragesInFloat32()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones([4], ScalarType.BFloat16).requires_grad_();
        using AveragingOptimizer optimizer = Create(weight, decay: 0.999);
        weight.grad = ones([4], ScalarType.BFloat16);
        optimizer.Step(0.5);
        Tensor average = optimizer.GetState()["average.w"];
        Assert.Equal(ScalarType.Float32, average.dtype);
        Assert.All(Numbers(average), value => Assert.Equal(0.9995, value, 1e-6));
    }

    [Fact]
    public void LendAverages_Disposed_GivesTheWeightsBackToTheBit()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = randn([7]).requires_grad_();
        using AveragingOptimizer optimizer = Create(weight);
        weight.grad = randn([7]);
        optimizer.Step(0.1);
        double[] own = Numbers(weight);
        using (optimizer.LendAverages())
        {
            Assert.Equal(Numbers(optimizer.GetState()["average.w"]), Numbers(weight));
            Assert.NotEqual(own, Numbers(weight));
        }

        Assert.Equal(own, Numbers(weight));
        Assert.True(weight.requires_grad);
    }

    [Fact]
    public void LoadState_OfAnotherOptimizer_GoesOnWithTheSameBits()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] gradients = [.. Enumerable.Range(0, 4).Select(_ => randn([6]))];
        Tensor first = randn([6]);
        Tensor second = first.clone();
        using AveragingOptimizer whole = Create(first.requires_grad_());
        using AveragingOptimizer before = Create(second.requires_grad_());
        Array.ForEach(gradients, gradient => Step(whole, first, gradient));
        Array.ForEach(gradients[..2], gradient => Step(before, second, gradient));

        Tensor third = second.detach().clone().requires_grad_();
        using AveragingOptimizer after = Create(third);
        after.LoadState(before.GetState(), before.StepCount);
        Array.ForEach(gradients[2..], gradient => Step(after, third, gradient));
        Assert.Equal(Numbers(first), Numbers(third));
        foreach ((string name, Tensor state) in whole.GetState())
        {
            Assert.Equal(Numbers(state), Numbers(after.GetState()[name]));
        }

        Assert.Equal(["average.w", "exp_avg.w", "exp_avg_sq.w"], whole.GetState().Keys.Order());
    }

    [Fact]
    public void LoadState_WithoutAveragesOrOfAnotherShape_NamesTheTensor()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = randn([6]).requires_grad_();
        using AveragingOptimizer optimizer = Create(weight);
        using IOptimizer plain = Optimizers.AdamW().Create(new Dictionary<string, Tensor> { ["w"] = weight });
        Assert.Contains("average.w", Assert.Throws<FormatException>(() => optimizer.LoadState(plain.GetState(), 1)).Message);
        Dictionary<string, Tensor> other = optimizer.GetState().ToDictionary();
        other["average.w"] = zeros(2, 3);
        Assert.Contains("expected Float32 [6]", Assert.Throws<FormatException>(() => optimizer.LoadState(other, 1)).Message);
        Assert.Equal(0, optimizer.StepCount);
    }

    [Fact]
    public void Factory_Identity_HasDecayAndWhatUpdates()
    {
        AveragingOptimizerFactory factory = new(Optimizers.AdamW(), 0.99);
        Assert.StartsWith("averaging(0.99, adamw(", factory.Identity, StringComparison.Ordinal);
        Assert.Equal(
            Optimizers.AdamW().GetStateBytesPerElement(ScalarType.Float32) + 4,
            factory.GetStateBytesPerElement(ScalarType.Float32)
        );
        Assert.Throws<InvalidOperationException>(() => factory.LendAverages());
    }

    private static void Step(AveragingOptimizer optimizer, Tensor weight, Tensor gradient)
    {
        weight.grad = gradient.clone();
        optimizer.Step(0.05);
    }

    private static AveragingOptimizer Create(Tensor weight, double decay = Decay)
    {
        AveragingOptimizerFactory factory = new(Optimizers.AdamW(), decay);
        return (AveragingOptimizer)factory.Create(new Dictionary<string, Tensor> { ["w"] = weight });
    }

    private static double[] Numbers(Tensor tensor)
    {
        using Tensor wide = tensor.detach().to(ScalarType.Float64, copy: true).contiguous();
        return wide.data<double>().ToArray();
    }
}
