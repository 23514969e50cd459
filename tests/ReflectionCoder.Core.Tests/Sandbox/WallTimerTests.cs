using System.Diagnostics;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Tests.Sandbox;

public sealed class WallTimerTests
{
    [Fact]
    public async Task Timers_Many_NeverCallEarly()
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(40);
        async Task<TimeSpan> MeasureAsync(int i)
        {
            await Task.Delay(i); // spreads the starts over the system's coarse ticks
            var called = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            long started = Stopwatch.GetTimestamp();
            await using var timer = new WallTimer(limit, () => called.SetResult(Stopwatch.GetElapsedTime(started)));
            return await called.Task;
        }

        TimeSpan[] elapsed = await Task.WhenAll(Enumerable.Range(0, 300).Select(MeasureAsync));
        Assert.All(elapsed, time => Assert.True(time >= limit, $"called after {time.TotalMilliseconds} ms"));
    }

    [Fact]
    public async Task Dispose_BeforeTheLimit_NeverCalls()
    {
        int calls = 0;
        for (int i = 0; i < 300; i++)
        {
            await using var timer = new WallTimer(TimeSpan.FromHours(1), () => Interlocked.Increment(ref calls));
        }

        for (int i = 0; i < 50; i++)
        {
            await using (var timer = new WallTimer(TimeSpan.FromMilliseconds(5), () => Interlocked.Increment(ref calls)))
            {
                await Task.Delay(5);
            }

            int before = Volatile.Read(ref calls);
            await Task.Delay(2);
            Assert.Equal(before, Volatile.Read(ref calls)); // a disposed timer calls no more
        }

        Assert.InRange(calls, 0, 50);
    }
}
