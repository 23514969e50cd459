using ReflectionCoder.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Optimization;

public sealed class GradientNormTests
{
    [Fact]
    public void Clip_SixteenMillionElements_LosesNoDigits()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = empty([4096, 4096]);
        Tensor gradient = randn([4096, 4096]).mul_(1e-3);
        weight.grad = gradient;
        double sum = 0;
        foreach (float value in gradient.data<float>().ToArray())
        {
            sum += (double)value * value;
        }

        Assert.Equal(Math.Sqrt(sum), GradientNorm.Clip([weight], double.PositiveInfinity), 10); // float32 sums are 1e-4 off
    }

    [Fact]
    public void Clip_AboveTheLargest_ScalesAllGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] weights = [Weight(3, 0), Weight(0, 4), ones([2])];
        Assert.Equal(5, GradientNorm.Clip(weights, 1), 12);
        double factor = 1 / (5 + 1e-6);
        Assert.Equal([(float)(3 * factor), 0], weights[0].grad!.data<float>().ToArray());
        Assert.Equal([0, (float)(4 * factor)], weights[1].grad!.data<float>().ToArray());
    }

    [Fact]
    public void Clip_BelowTheLargest_ChangesNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = Weight(3, 4);
        Assert.Equal(5, GradientNorm.Clip([weight], 5.1), 12);
        Assert.Equal([3f, 4f], weight.grad!.data<float>().ToArray());
        Assert.Equal(0, GradientNorm.Clip([ones([1])], 1));
    }

    [Fact]
    public void Clip_EqualsTorch()
    {
        using DisposeScope scope = NewDisposeScope();
        TorchSharp.Modules.Parameter[] theirs = [new(zeros([30, 40])), new(zeros([7]))];
        Tensor[] ours = [zeros([30, 40]), zeros([7])];
        foreach ((Tensor mine, TorchSharp.Modules.Parameter other) in ours.Zip(theirs))
        {
            Tensor gradient = randn(mine.shape);
            mine.grad = gradient.clone();
            other.grad = gradient.clone();
        }

        double expected = nn.utils.clip_grad_norm_(theirs, 0.5);
        Assert.Equal(expected, GradientNorm.Clip(ours, 0.5), 2e-5); // torch sums in float32; rounding to digits made two near sums differ
        Assert.True((ours[0].grad! - theirs[0].grad!).abs().max().item<float>() < 1e-7f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Clip_NotFinite_IsReportedAndNothingScaled(float value)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] weights = [Weight(3, 4), Weight(value, 1)];
        Assert.False(double.IsFinite(GradientNorm.Clip(weights, 1)));
        Assert.Equal([3f, 4f], weights[0].grad!.data<float>().ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Clip_BadLargestNorm_Throws(double maxNorm) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientNorm.Clip([], maxNorm));

    private static Tensor Weight(float first, float second)
    {
        Tensor weight = zeros([2]);
        weight.grad = tensor([first, second]);
        return weight;
    }
}
