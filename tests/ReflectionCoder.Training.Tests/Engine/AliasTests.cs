using System.Runtime.InteropServices;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>Which tensors share memory, and what writing into them does to gradients.</summary>
public sealed class AliasTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Views = new()
    {
        ["narrow"] = static x => x.narrow(1, 1, 1), // KeyValueCache, ChunkedDistillationLoss
        ["select"] = static x => x.select(0, 1), // KeyValueCache
        ["view"] = static x => x.view(-1), // TensorBlocks
        ["detach"] = static x => x.detach(), // AdamW
        ["to its own type"] = static x => x.to(ScalarType.Float32), // AdamW updates a float32 weight through it
    };

    public static TheoryData<string> Names => new(Views.Keys);

    private static Device Device => TinyModels.GoldenDevice;

    [Theory]
    [MemberData(nameof(Names))]
    public void View_WrittenInPlace_ChangesItsBase(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros([2, 3], device: Device);
        Tensor view = Views[name](x);
        view.add_(1);
        Assert.Equal(view.numel(), TinyModels.Numbers(x).Sum());
    }

    /// <summary>LoraAdapter keeps what index_copy_ and requires_grad_ return: another object would go with the scope around.</summary>
    [Fact]
    public void InPlace_Result_IsTheTensorItself()
    {
        using Tensor x = zeros(2);
        using (NewDisposeScope())
        {
            Assert.Same(x, x.index_copy_(0, tensor(new long[] { 1 }), ones(1)));
            Assert.Same(x, x.mul_(2).add_(1));
            Assert.Same(x, x.requires_grad_());
        }

        Assert.Equal([1, 3], TinyModels.Numbers(x));
    }

    /// <summary>ChunkedDistillationLoss multiplies into buffers that are not initialised.</summary>
    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Addmm_BetaZero_DoesNotReadWhatIsThere(ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor buffer = full([4, 5], double.NaN, dtype: dtype, device: Device);
        Tensor weight = ones([5, 3], dtype: dtype, device: Device);
        buffer.narrow(0, 1, 2).addmm_(ones([2, 3], dtype: dtype, device: Device), weight.transpose(0, 1), beta: 0);
        Assert.Equal([double.NaN, 3, 3, double.NaN], TinyModels.Numbers(buffer.select(1, 4)));
    }

    /// <summary>AdamW, Restore and VocabularyResizer write into weights that train, always without gradients.</summary>
    [Fact]
    public void InPlace_OnAWeightThatTrains_ThrowsUnlessGradModeIsOff()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones(2).requires_grad_();
        Assert.Throws<ExternalException>(() => weight.add_(1));
        using (no_grad())
        {
            weight.add_(1);
        }

        Assert.Equal([2, 2], TinyModels.Numbers(weight));
        Assert.True(weight.requires_grad);
    }

    /// <summary>LoraAdapter.WriteOutputRows writes only what has changed: a write, even without gradients, spoils a backward.</summary>
    [Fact]
    public void InPlace_OnWhatBackwardNeeds_MakesItThrow()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = ones([1, 2]).requires_grad_();
        Tensor weight = ones([3, 2]);
        Tensor loss = nn.functional.linear(hidden, weight).sum();
        using (no_grad())
        {
            weight.index_copy_(0, tensor(new long[] { 1 }), zeros([1, 2]));
        }

        Assert.Throws<ExternalException>(() => loss.backward());
    }

    /// <summary>LoraAdapter adds a projection's update to its output in place.</summary>
    [Fact]
    public void InPlace_OnAProductsOutput_SendsGradientsToBothSides()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = full([1, 2], 2.0).requires_grad_();
        Tensor weight = full([1, 2], 3.0).requires_grad_();
        Tensor update = ones([1, 1]).requires_grad_();
        Tensor y = nn.functional.linear(x, weight);
        y.add_(update.mul(4));
        y.mul(y).sum().backward();
        Assert.Equal([96, 96], TinyModels.Numbers(x.grad!));
        Assert.Equal([64, 64], TinyModels.Numbers(weight.grad!));
        Assert.Equal([128], TinyModels.Numbers(update.grad!));
    }

    /// <summary>Micro-batches add up in a weight's gradient, which TrainingRun sets to null behind the step.</summary>
    [Fact]
    public void Gradient_OfSeveralBackwards_AddsUpUntilItIsSetToNull()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones(1).requires_grad_();
        Assert.Null(weight.grad);
        weight.mul(2).sum().backward();
        weight.mul(3).sum().backward();
        Assert.Equal([5], TinyModels.Numbers(weight.grad!));
        weight.grad = null;
        Assert.Null(weight.grad);
        weight.mul(4).sum().backward();
        Assert.Equal([4], TinyModels.Numbers(weight.grad!));
    }
}
