using System.Runtime.InteropServices;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Torch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>Bad calls that throw, and what our code goes around; an upgrade that makes one of these fail may let it go straight.</summary>
public sealed class TrapTests
{
    private static readonly Dictionary<string, Action> Bad = new()
    {
        ["linear of other widths"] = static () => nn.functional.linear(zeros([2, 3]), zeros([4, 5])),
        ["linear of other types"] = static () => nn.functional.linear(zeros([2, 3]), zeros([4, 3], dtype: ScalarType.Float64)),
        ["an index out of range"] = static () => zeros([3, 2]).index_select(0, tensor(new long[] { 9 })),
        ["a view of strided memory"] = static () => zeros([2, 3]).transpose(0, 1).view(-1),
        ["copy of another shape"] = static () => zeros(3).copy_(zeros(2)),
        ["more memory than there is"] = static () => zeros(1L << 55),
        ["backward from several numbers"] = static () => ones(2).requires_grad_().mul(2).backward(),
        ["backward without a graph"] = static () => ones(1).sum().backward(),
    };

    public static TheoryData<string> BadCalls => new(Bad.Keys);

    /// <summary>Programs report an ExternalException in a line; TrainingRun leaves a step that a host's model or loss fails in.</summary>
    [Theory]
    [MemberData(nameof(BadCalls))]
    public void BadCall_Throws_AndTheNextCallWorks(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.NotEmpty(Assert.Throws<ExternalException>(Bad[name]).Message);
        Assert.Equal(3, ones(3).sum().item<float>());
    }

    /// <summary>TorchDevice.Parse asks both, also where there is no CUDA.</summary>
    [Fact]
    public void Cuda_Asked_AnswersWithoutThrowing() => Assert.Equal(cuda.is_available(), cuda.device_count() > 0);

    /// <summary>Why the losses write the divergence out: PyTorch's default is the other one.</summary>
    [Fact]
    public void KlDiv_ByDefault_TakesItsTargetForLogarithms()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor student = tensor(new[] { 0.5, 0.5 }).log();
        Tensor teacher = tensor(new[] { 0.25, 0.75 });
        double kl = (0.25 * Math.Log(0.5)) + (0.75 * Math.Log(1.5));
        Assert.Equal(kl, nn.functional.kl_div(student, teacher.log(), reduction: nn.Reduction.Sum).item<double>(), 12);
        Assert.NotEqual(kl, nn.functional.kl_div(student, teacher, reduction: nn.Reduction.Sum).item<double>(), 3);
    }

    /// <summary>Why weights are plain tensors that require gradients.</summary>
    [Fact]
    public void Parameter_OfATensor_EmptiesIt()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones(2);
        Parameter parameter = new(weight);
        Assert.True(weight.IsInvalid);
        Assert.Equal([1, 1], TinyModels.Numbers(parameter));
    }

    /// <summary>Why AdamW is ours: torch's own rounds small updates of bf16 weights away, and decays nothing by default.</summary>
    [Fact]
    public void TorchsAdamW_BFloat16AndDefaults_LosesSmallUpdatesAndDecaysNothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Parameter narrow = new(ones(1, dtype: ScalarType.BFloat16));
        Parameter wide = new(ones(1));
        Parameter idle = new(ones(1));
        foreach (Parameter parameter in new[] { narrow, wide })
        {
            parameter.sum().backward();
        }

        idle.mul(0).sum().backward();
        using (AdamW optimizer = optim.AdamW([narrow, wide, idle], lr: 1e-3))
        {
            for (int step = 0; step < 20; step++)
            {
                optimizer.step();
            }
        }

        Assert.Equal([1], TinyModels.Numbers(narrow));
        Assert.Equal([1], TinyModels.Numbers(idle));
        Assert.Equal(0.98, TinyModels.Numbers(wide)[0], 4);
    }
}
