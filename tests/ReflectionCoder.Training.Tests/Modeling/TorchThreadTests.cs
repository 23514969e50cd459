using ReflectionCoder.Modeling;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class TorchThreadTests
{
    [Fact]
    public async Task RunAsync_ManyCallers_RunsInOrderOnOneThread()
    {
        using TorchThread thread = new();
        List<(int Item, int Thread)> log = [];
        Task[] work =
        [
            .. Enumerable
                .Range(0, 50)
                .Select(i =>
                    thread.RunAsync(() =>
                    {
                        log.Add((i, Environment.CurrentManagedThreadId));
                        return 0;
                    })
                ),
        ];
        await Task.WhenAll(work);
        Assert.Equal(Enumerable.Range(0, 50), log.Select(entry => entry.Item));
        Assert.DoesNotContain(
            Environment.CurrentManagedThreadId,
            Assert.Single(log.GroupBy(entry => entry.Thread)).Select(entry => entry.Thread)
        );
    }

    [Fact]
    public async Task RunAsync_FailingWork_FailsItsTaskAlone()
    {
        using TorchThread thread = new();
        await Assert.ThrowsAsync<FormatException>(() => thread.RunAsync<int>(() => throw new FormatException("bad")));
        Assert.Equal(3, await thread.RunAsync(() => 3));
    }

    [Fact]
    public async Task RunAsync_OnTheThreadItself_RunsAtOnce()
    {
        using TorchThread thread = new();
        Assert.False(thread.IsCurrent);
        Assert.True(await thread.RunAsync(() => thread.RunAsync(() => thread.IsCurrent).GetAwaiter().GetResult()));
    }

    [Fact]
    public async Task RunAsync_CancelledWhileQueued_NeverRuns()
    {
        using TorchThread thread = new();
        using ManualResetEventSlim gate = new();
        using CancellationTokenSource stop = new();
        bool ran = false;
        Task<bool> first = thread.RunAsync(() => gate.Wait(TimeSpan.FromMinutes(1)));
        Task<bool> second = thread.RunAsync(() => ran = true, stop.Token);
        await stop.CancelAsync();
        gate.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.True(second.IsCanceled);
        Assert.True(await first);
        Assert.False(ran);
    }

    [Fact]
    public async Task RunAsync_CallersContext_GoesAlong()
    {
        using TorchThread thread = new();
        AsyncLocal<int> local = new() { Value = 1 };
        Task<int> first = thread.RunAsync(() => local.Value);
        local.Value = 2;
        Task<int> second = thread.RunAsync(() => local.Value);
        Assert.Equal((1, 2), (await first, await second));
    }

    [Fact]
    public async Task RunAsync_Awaited_ContinuesInTheCallersContext()
    {
        using PumpedContext context = new();
        using TorchThread thread = new();
        (int before, int work, int after) = await context.RunAsync(async () =>
        {
            int own = Environment.CurrentManagedThreadId;
            int worked = await thread.RunAsync(() => Environment.CurrentManagedThreadId);
            return (own, worked, Environment.CurrentManagedThreadId);
        });
        Assert.Equal(before, after);
        Assert.NotEqual(before, work);
    }

    [Fact]
    public async Task Threads_Given_AreTheWorks()
    {
        int before = get_num_threads();
        try
        {
            using TorchThread thread = new(threads: 1);
            Assert.Equal(1, await thread.RunAsync(get_num_threads));
            Assert.Throws<ArgumentOutOfRangeException>(() => new TorchThread(threads: 0));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public async Task Dispose_FinishesWhatIsQueuedAndTakesNoMore()
    {
        TorchThread thread = new("short-lived");
        Task<int>[] work = [.. Enumerable.Range(0, 10).Select(i => thread.RunAsync(() => i))];
        thread.Dispose();
        thread.Dispose();
        Assert.Equal(Enumerable.Range(0, 10), await Task.WhenAll(work));
        Assert.Contains(
            "short-lived",
            Assert
                .Throws<ObjectDisposedException>(() =>
                {
                    _ = thread.RunAsync(() => 0);
                })
                .Message
        );
        new TorchThread().Dispose(); // one that never ran
    }
}
