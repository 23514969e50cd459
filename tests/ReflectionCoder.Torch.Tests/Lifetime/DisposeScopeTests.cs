using ReflectionCoder.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Lifetime;

public class DisposeScopeTests
{
    [Fact]
    public void Scope_End_DisposesWhatWasMadeInIt()
    {
        var before = Expect.LiveTensors();
        Tensor x;
        using (var scope = NewDisposeScope())
        {
            x = ones(2);
            _ = x + x;
            Assert.Equal(2, scope.DisposablesCount);
            Assert.True(scope.Contains(x));
            Assert.Equal(before + 2, Tensor.TotalCount);
        }
        Assert.True(x.IsInvalid);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void MoveToOuter_HandsTheResultOn()
    {
        Tensor result;
        using (var outer = NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                result = (ones(2) + 1).MoveToOuterDisposeScope();
            }
            Assert.False(result.IsInvalid);
            Assert.True(outer.Contains(result));
        }
        Assert.True(result.IsInvalid);
    }

    [Fact]
    public void MoveToOuter_OfTheOutermost_Detaches()
    {
        Tensor result;
        using (NewDisposeScope()) result = ones(2).MoveToOuterDisposeScope();
        Assert.False(result.IsInvalid);
        result.Dispose();
        Assert.True(result.IsInvalid);
    }

    [Fact]
    public void MoveToOuter_ByTheScope_ReturnsItsArguments()
    {
        using var outer = NewDisposeScope();
        Tensor a, b;
        using (var inner = NewDisposeScope())
        {
            (a, b) = inner.MoveToOuter(ones(1), zeros(1));
            var c = inner.MoveToOuter(ones(3));
            Assert.Equal(3, outer.DisposablesCount);
            Assert.Same(c, outer.Detach(c));
            c.Dispose();
        }
        Assert.False(a.IsInvalid);
        Assert.False(b.IsInvalid);
    }

    [Fact]
    public void Detach_OutlivesAllScopes()
    {
        Tensor x;
        using (NewDisposeScope())
        {
            using (NewDisposeScope()) x = ones(2).DetachFromDisposeScope();
        }
        Assert.False(x.IsInvalid);
        x.Dispose();
    }

    [Fact]
    public void Attach_TakesATensorIn()
    {
        var x = ones(2);
        using (var scope = NewDisposeScope())
        {
            scope.Attach(x);
            Assert.True(scope.Contains(x));
        }
        Assert.True(x.IsInvalid);
    }

    [Fact]
    public void Dispose_ByHand_LeavesTheScope()
    {
        using var scope = NewDisposeScope();
        var x = ones(2);
        x.Dispose();
        x.Dispose();
        Assert.Equal(0, scope.DisposablesCount);
        Assert.True(x.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => x.shape);
        Assert.Throws<InvalidOperationException>(() => x + 1);
    }

    [Fact]
    public void DisposeEverythingBut_KeepsTheNamed()
    {
        using var scope = NewDisposeScope();
        Tensor a = ones(1), b = ones(1);
        Assert.Same(a, scope.DisposeEverythingBut(a));
        Assert.False(a.IsInvalid);
        Assert.True(b.IsInvalid);
        scope.DisposeEverything();
        Assert.True(a.IsInvalid);
    }

    [Fact]
    public void Scopes_OutOfOrder_StillEnd()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        var x = ones(1);
        Assert.True(inner.Contains(x));
        inner.Dispose();
        Assert.True(x.IsInvalid);
        var free = ones(1);
        GC.KeepAlive(free);
        Assert.False(free.IsInvalid);
        free.Dispose();
    }

    [Fact]
    public void Scopes_BelongToTheThread()
    {
        using var scope = NewDisposeScope();
        Tensor? x = null;
        var thread = new Thread(() => x = ones(1));
        thread.Start();
        thread.Join();
        Assert.Equal(0, scope.DisposablesCount);
        x!.Dispose();
    }

    [Fact]
    public void Wrapped_Result_IsAllThatRemains()
    {
        using var scope = NewDisposeScope();
        var result = WrappedTensorDisposeScope(() => ones(2) + ones(2) + ones(2));
        Assert.Equal(1, scope.DisposablesCount);
        Assert.True(scope.Contains(result));
    }

    [Fact]
    public void Statistics_CountThisThread()
    {
        var statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        using (NewDisposeScope())
        {
            _ = ones(1);
            ones(1).DetachFromDisposeScope().Dispose();
        }
        using (ones(1))
        {
        }
        Assert.Equal(2, statistics.CreatedInScopeCount);
        Assert.Equal(1, statistics.CreatedOutsideScopeCount);
        Assert.Equal(1, statistics.DetachedFromScopeCount);
        Assert.Equal(1, statistics.DisposedInScopeCount);
        Assert.Equal(2, statistics.DisposedOutsideScopeCount);
        Assert.Equal(0, statistics.AttachedToScopeCount);
        Assert.Equal(statistics.CreatedInScopeCount, statistics.TensorStatistics.CreatedInScopeCount);
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void MoveToOther_GoesToTheNamedScope()
    {
        using var outer = NewDisposeScope();
        var anchor = ones(1);
        using var middle = NewDisposeScope();
        Tensor a, b, c;
        using (var inner = NewDisposeScope())
        {
            a = inner.MoveToOther(outer, ones(1));
            b = ones(1).MoveToOtherDisposeScope(anchor);
            c = ones(1).MoveToOtherDisposeScope(middle);
            Assert.Same(inner, CurrentDisposeScope);
            Assert.Equal(0, inner.DisposablesCount);
        }
        Assert.Same(middle, CurrentDisposeScope);
        Assert.True(outer.Contains(a));
        Assert.True(outer.Contains(b));
        Assert.Equal([c], middle.DisposablesView);
    }

    [Fact]
    public void MarkAsDisposed_Forgets()
    {
        using var scope = NewDisposeScope();
        var x = ones(1);
        scope.MarkAsDisposed(x);
        Assert.Equal(0, scope.DisposablesCount);
        Assert.False(x.IsInvalid);
        x.Dispose();
    }

    [Fact]
    public void ClosedScope_Refuses()
    {
        var scope = NewDisposeScope();
        scope.Dispose();
        scope.Dispose();
        Assert.Throws<ObjectDisposedException>(() => scope.DisposablesCount);
        Assert.Throws<ObjectDisposedException>(() => scope.DisposeEverything());
    }

    [Fact]
    public void PeakCount_IsAtLeastWhatLived()
    {
        using var scope = NewDisposeScope();
        for (var k = 0; k < 10; k++) _ = ones(1);
        Assert.True(Tensor.PeakCount >= Tensor.TotalCount);
        Assert.True(Tensor.PeakCount >= 10);
    }

    [Fact]
    public void Parameter_TakesItsDatasPlace()
    {
        Parameter p;
        using (var scope = NewDisposeScope())
        {
            var data = ones(2);
            p = nn.Parameter(data);
            Assert.True(data.IsInvalid);
            Assert.True(p.requires_grad);
            Assert.True(scope.Contains(p));
            Assert.False(new Parameter(ones(1), requires_grad: false).requires_grad);
        }
        Assert.True(p.IsInvalid);
    }

    [Fact]
    public void Alias_SharesMemory_AndIsDisposedAlone()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2);
        var y = x.alias();
        x.Dispose();
        Assert.False(y.IsInvalid);
        Assert.Equal(0, y.sum().item<float>());
    }

    [Fact]
    public void Views_KeepTheMemory()
    {
        using var scope = NewDisposeScope();
        var x = ones(1000);
        var view = x.narrow(0, 10, 5);
        x.Dispose();
        Assert.Equal(5, view.sum().item<float>());
    }

    [Fact]
    public void Finalizer_CollectsWhatNobodyDisposed()
    {
        var before = Expect.LiveTensors();
        Leak();
        Assert.Equal(before, Expect.LiveTensors());
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Leak()
    {
        for (var k = 0; k < 10; k++) _ = ones(10);
    }
}
