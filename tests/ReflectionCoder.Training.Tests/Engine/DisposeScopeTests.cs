using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>Who frees a tensor, and when: every forward pass, loss and step runs in scopes, and what leaves them does so by name.</summary>
public sealed class DisposeScopeTests
{
    [Fact]
    public void Scope_Ends_FreesWhatWasMadeInItAndNothingElse()
    {
        using Tensor earlier = ones(2);
        Tensor made;
        using (NewDisposeScope())
        {
            made = earlier.add(1);
        }

        Assert.True(made.IsInvalid);
        Assert.False(earlier.IsInvalid);
    }

    [Fact]
    public void MoveToOuter_FromAnInnerScope_LivesAsLongAsTheOuter()
    {
        Tensor result;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                result = ones(2).MoveToOuterDisposeScope();
            }

            Assert.False(result.IsInvalid);
        }

        Assert.True(result.IsInvalid);
    }

    /// <summary>CausalLanguageModel.Forward and SafetensorsReader.Read hand their results to callers that need not have a scope.</summary>
    [Fact]
    public void MoveToOuter_FromTheOutermostScope_LeavesTheTensorToTheCaller()
    {
        Tensor result;
        using (NewDisposeScope())
        {
            result = ones(2).MoveToOuterDisposeScope();
        }

        Assert.False(result.IsInvalid);
        result.Dispose();
        Assert.True(result.IsInvalid);
    }

    /// <summary>RotaryEmbedding.Compute gives cosines and sines at once.</summary>
    [Fact]
    public void MoveToOuter_TwoByTheScope_BothLeave()
    {
        using DisposeScope outer = NewDisposeScope();
        (Tensor First, Tensor Second) results;
        using (DisposeScope inner = NewDisposeScope())
        {
            results = inner.MoveToOuter(ones(1), zeros(1));
        }

        Assert.Equal((1f, 0f), (results.First.item<float>(), results.Second.item<float>()));
        Assert.Equal(2, outer.DisposablesCount);
    }

    /// <summary>Weights, optimizer state and the cache's buffers are made in scopes and outlive them; weights are detached twice.</summary>
    [Fact]
    public void Detach_InNestedScopesAndAgainOutside_OutlivesThemAll()
    {
        Tensor weight;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                weight = ones(2).DetachFromDisposeScope();
            }
        }

        Assert.False(weight.DetachFromDisposeScope().IsInvalid);
        weight.Dispose();
    }

    [Fact]
    public void Dispose_BeforeTheScopeEnds_LeavesTheScopeAndMakesUseThrow()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2);
        x.Dispose();
        x.Dispose();
        Assert.Equal(0, scope.DisposablesCount);
        Assert.Throws<InvalidOperationException>(() => x.add(1));
    }

    /// <summary>CausalLanguageModel.Forward disposes each layer's input: autograd keeps what backward needs.</summary>
    [Fact]
    public void Dispose_OfWhatBackwardNeeds_LeavesTheGraphWhole()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = full([2], 3.0).requires_grad_();
        Tensor square = x.mul(x);
        Tensor loss = square.mul(square).sum();
        square.Dispose();
        loss.backward();
        Assert.Equal([108, 108], TinyModels.Numbers(x.grad!));
    }

    /// <summary>KeyValueCache hands out views of buffers that it replaces.</summary>
    [Fact]
    public void Dispose_OfAViewsBase_LeavesTheViewsMemory()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor buffer = ones(1000);
        Tensor view = buffer.narrow(0, 10, 5);
        buffer.Dispose();
        Assert.Equal([1, 1, 1, 1, 1], TinyModels.Numbers(view));
    }

    /// <summary>TrainingRun runs backward in a micro-batch's scope; clipping and AdamW read the gradients in later scopes.</summary>
    [Fact]
    public void Gradient_OfABackwardInAScope_OutlivesItAndEveryReader()
    {
        using Tensor weight = ones(2).requires_grad_();
        using (NewDisposeScope())
        {
            weight.mul(5).sum().backward();
        }

        for (int reader = 0; reader < 2; reader++)
        {
            using DisposeScope scope = NewDisposeScope();
            Assert.Equal([5, 5], TinyModels.Numbers(weight.grad!));
        }
    }

    /// <summary>TorchSharp's own count, taken on the run's thread: all tensors of a step are made in scopes, and none stays.</summary>
    [Fact]
    public void Statistics_OfTrainingSteps_CountNothingLeftAndNothingOutsideAScope()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        List<(long Live, long Outside, long Made)> counts = [];
        StepEnd count = new(
            (_, _) =>
            {
                ThreadDisposeScopeStatistics statistics = DisposeScopeManager.Statistics;
                counts.Add((statistics.ThreadTotalLiveCount, statistics.CreatedOutsideScopeCount, statistics.CreatedInScopeCount));
            }
        );
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 4, SaveSteps = 0, GradientCheckpointing = true };
        TinyRun.Train(model, options with { Callbacks = [count] });
        Assert.All(counts.Skip(1), after => Assert.Equal((counts[0].Live, counts[0].Outside), (after.Live, after.Outside)));
        Assert.True(counts[^1].Made > counts[0].Made + 100);
    }
}
