using System.Runtime.CompilerServices;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>Custom autograd functions, on which RmsNorm, GatedUnit, LoraUpdate and CheckpointedLayer stand.</summary>
/// <remarks>A backward that throws ends the process, as does a saved tensor that was changed in place.</remarks>
public sealed class CustomFunctionTests
{
    private static Device Device => TinyModels.GoldenDevice;

    /// <summary>CheckpointedLayer passes a layer and a context, RmsNorm a number.</summary>
    [Fact]
    public void Apply_ArgumentsThatAreNoTensors_GoThroughAndTakeNullGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor y) = (Leaf(2), Leaf(5));
        Scaled.apply(x, new Scale(3), y).backward();
        Assert.Equal([15], TinyModels.Numbers(x.grad!));
        Assert.Equal([6], TinyModels.Numbers(y.grad!));
    }

    /// <summary>Beside an adapter RmsNorm still gives its frozen weight's gradient.</summary>
    [Fact]
    public void Backward_GradientOfAFrozenInput_IsIgnored()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor frozen) = (Leaf(2), Leaf(5).requires_grad_(false));
        Scaled.apply(x, new Scale(3), frozen).backward();
        Assert.Equal([15], TinyModels.Numbers(x.grad!));
        Assert.Null(frozen.grad);
    }

    /// <summary>Recomputation turns gradients on itself, in scopes inside the caller's. (CUDA's backward has its own threads.)</summary>
    [Fact]
    public void Apply_OnTheCpu_RunsBothPassesOnTheCallersThreadWithoutGradMode()
    {
        using DisposeScope scope = NewDisposeScope();
        List<(int Thread, bool Mode)> seen = [];
        Watch watch = new(() => seen.Add((Environment.CurrentManagedThreadId, is_grad_enabled())));
        Tensor result = Watched.apply(ones(1).requires_grad_(), watch);
        Assert.True(result.requires_grad);
        result.backward();
        Assert.Equal(Enumerable.Repeat((Environment.CurrentManagedThreadId, false), 2), seen);
    }

    /// <summary>A layer's scope ends long before backward begins.</summary>
    [Fact]
    public void Backward_SavedTensors_OutliveForwardsScope()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(2);
        Tensor result;
        using (NewDisposeScope())
        {
            Tensor inner = x.mul(2);
            result = Scaled.apply(inner, new Scale(3), inner).MoveToOuterDisposeScope();
        }

        result.backward();
        Assert.Equal([48], TinyModels.Numbers(x.grad!));
    }

    /// <summary>What forward gave and an empty twin: scopes around it are short, and RmsNorm applies it for gradients alone.</summary>
    [Fact]
    public void Apply_UntilItsScopeEnds_HoldsTwoTensorsBesideItsResult()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Leaf(1);
        int before = scope.DisposablesCount;
        Watched.apply(x, new Watch(() => { }));
        Assert.Equal(before + 3, scope.DisposablesCount);
    }

    /// <summary>CheckpointedLayer's weights are no arguments of it: the pass inside its backward adds to their gradients.</summary>
    [Fact]
    public void Backward_WithABackwardInside_AddsToGradientsBesideTheInputs()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor weight) = (Leaf(2), Leaf(5));
        weight.backward();
        Recomputed.apply(x, new Held(weight)).mul(10).backward();
        Assert.Equal([50], TinyModels.Numbers(x.grad!));
        Assert.Equal([21], TinyModels.Numbers(weight.grad!));
    }

    /// <summary>Recomputation disposes the gradient it was given, which a residual sum hands to its other side too.</summary>
    [Fact]
    public void Backward_DisposedGradient_LeavesOtherBranchesTheirs()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x, Tensor weight) = (Leaf(2), Leaf(5));
        Tensor middle = x.mul(1);
        middle.add(Recomputed.apply(middle, new Held(weight))).add(Recomputed.apply(middle, new Held(weight))).backward();
        Assert.Equal([11], TinyModels.Numbers(x.grad!));
    }

    /// <summary>CheckpointedLayer saves its layer and what all layers share; kept, they would hold a step's memory for good.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SavedData_GraphGone_IsCollected(bool backward)
    {
        WeakReference saved = Run(backward);
        for (int round = 0; round < 3 && saved.IsAlive; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(saved.IsAlive);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Run(bool backward)
        {
            using DisposeScope scope = NewDisposeScope();
            Scale scale = new(3);
            Tensor result = Scaled.apply(Leaf(2), scale, Leaf(5));
            (backward ? result : Leaf(1)).backward();
            return new WeakReference(scale);
        }
    }

    private static Tensor Leaf(double value) => tensor(value, device: Device).requires_grad_();

    private sealed record Scale(double Value);

    private sealed record Held(Tensor Weight);

    private sealed record Watch(Action Pass);

    /// <summary>x · y · scale.</summary>
    private sealed class Scaled : autograd.SingleTensorFunction<Scaled>
    {
        public override string Name => nameof(Scaled);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            (Tensor x, Scale scale, Tensor y) = ((Tensor)vars[0], (Scale)vars[1], (Tensor)vars[2]);
            ctx.save_for_backward([x, y]);
            ctx.save_data(nameof(Scale), scale);
            return x.mul(y).mul(scale.Value);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            List<Tensor> saved = ctx.get_saved_variables();
            Tensor scaled = grad_output.mul(((Scale)ctx.get_data(nameof(Scale))).Value);
            return [scaled.mul(saved[1]), null!, scaled.mul(saved[0])];
        }
    }

    /// <summary>2 · x; tells of each pass.</summary>
    private sealed class Watched : autograd.SingleTensorFunction<Watched>
    {
        public override string Name => nameof(Watched);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data(nameof(Watch), vars[1]);
            ((Watch)vars[1]).Pass();
            return ((Tensor)vars[0]).mul(2);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            ((Watch)ctx.get_data(nameof(Watch))).Pass();
            return [grad_output.mul(2), null!];
        }
    }

    /// <summary>x · weight, computed again in backward as Recomputation does; the weight's gradient comes of that pass alone.</summary>
    private sealed class Recomputed : autograd.SingleTensorFunction<Recomputed>
    {
        public override string Name => nameof(Recomputed);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[0]]);
            ctx.save_data("weight", vars[1]);
            return ((Tensor)vars[0]).mul(((Held)vars[1]).Weight);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            Tensor leaf = ctx.get_saved_variables()[0].detach().requires_grad_();
            using (enable_grad())
            {
                leaf.mul(((Held)ctx.get_data("weight")).Weight).backward([grad_output]);
            }

            grad_output.Dispose();
            return [leaf.grad!, null!];
        }
    }
}
