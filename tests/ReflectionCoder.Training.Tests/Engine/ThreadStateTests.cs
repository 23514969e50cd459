using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>What belongs to a thread and what to the process; why all of torch's work runs on one TorchThread.</summary>
public sealed class ThreadStateTests
{
    /// <summary>ReflectionFineTuner turns gradients on itself, TokenGenerator off: the caller's mode does not come along.</summary>
    [Fact]
    public void NoGrad_OnThisThread_LeavesOthersOn()
    {
        using IDisposable noGrad = no_grad();
        Assert.False(is_grad_enabled());
        Assert.True(Elsewhere(is_grad_enabled));
    }

    /// <summary>Recomputation turns gradients on inside a backward pass that has them off.</summary>
    [Fact]
    public void GradMode_Nested_ComesBackLevelByLevel()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones(1).requires_grad_();
        using (no_grad())
        {
            using (enable_grad())
            {
                Assert.True(weight.mul(2).requires_grad);
            }

            Assert.False(weight.mul(2).requires_grad);
        }

        Assert.True(weight.mul(2).requires_grad);
    }

    /// <summary>What an await inside no_grad does. TorchThread's work is synchronous, and TokenGenerator awaits nothing.</summary>
    [Fact]
    public void NoGrad_EndedOnAnotherThread_StaysOffWhereItBegan()
    {
        bool after = Elsewhere(() =>
        {
            IDisposable noGrad = no_grad();
            Elsewhere(() =>
            {
                noGrad.Dispose();
                return 0;
            });
            return is_grad_enabled();
        });
        Assert.False(after);
    }

    /// <summary>What TorchThread.RunAsync gives must be detached: the caller's scope never sees it.</summary>
    [Fact]
    public void Scope_OfThisThread_TakesNothingMadeOnAnother()
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor made = Elsewhere(() => ones(1));
        Assert.Equal(0, scope.DisposablesCount);
    }

    /// <summary>TorchThread sets the count at its first work: later changes elsewhere don't reach a thread that has computed.</summary>
    [Fact]
    public void NumThreads_SetOnThisThread_DoesNotReachOneThatHasComputed()
    {
        int before = get_num_threads();
        using AutoResetEvent started = new(false);
        using AutoResetEvent changed = new(false);
        (int First, int Second) seen = default;
        Thread other = new(() =>
        {
            seen.First = get_num_threads();
            started.Set();
            changed.WaitOne();
            seen.Second = get_num_threads();
        });
        try
        {
            set_num_threads(2);
            other.Start();
            started.WaitOne();
            set_num_threads(1);
            changed.Set();
            other.Join();
            Assert.Equal((2, 2), seen);
            Assert.Equal(1, Elsewhere(get_num_threads));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>TrainingRun seeds the default generator on its own thread a step, whoever drew from it before.</summary>
    [Fact]
    public void ManualSeed_OnAnotherThread_SeedsTheWholeProcess()
    {
        using DisposeScope scope = NewDisposeScope();
        Seed();
        Tensor expected = rand(4);
        rand(4);
        Elsewhere(Seed);
        Assert.Equal(expected.data<float>().ToArray(), rand(4).data<float>().ToArray());

        static int Seed()
        {
            manual_seed(5).Dispose();
            return 0;
        }
    }

    private static T Elsewhere<T>(Func<T> work)
    {
        T result = default!;
        Thread thread = new(() => result = work());
        thread.Start();
        thread.Join();
        return result;
    }
}
