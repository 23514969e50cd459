using System.Diagnostics;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>
/// Calls back once a wall-clock limit has passed, and never before: the runtime's own timers may fire some milliseconds early.
/// </summary>
internal sealed class WallTimer : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly long started = Stopwatch.GetTimestamp();
    private readonly TimeSpan limit;
    private readonly Action onElapsed;
    private readonly Timer timer;

    /// <summary>Starts to count.</summary>
    /// <param name="limit">When to call, from now.</param>
    /// <param name="onElapsed">Called at most once, on a thread of the pool.</param>
    public WallTimer(TimeSpan limit, Action onElapsed)
    {
        (this.limit, this.onElapsed) = (limit, onElapsed);
        timer = new Timer(self => ((WallTimer)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends it; a call that is under way is waited for.</summary>
    public ValueTask DisposeAsync() => timer.DisposeAsync();

    private void Look()
    {
        TimeSpan missing = limit - Stopwatch.GetElapsedTime(started);
        if (missing <= TimeSpan.Zero)
        {
            onElapsed();
        }
        else
        {
            timer.Change(missing + Tick, Timeout.InfiniteTimeSpan);
        }
    }
}
