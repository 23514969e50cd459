using System.Diagnostics;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>
/// Makes a call when a wall-clock limit has passed. It never calls early, as .NET's own timers may do by some milliseconds.
/// </summary>
internal sealed class WallTimer : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly long started = Stopwatch.GetTimestamp();
    private readonly TimeSpan limit;
    private readonly Action onElapsed;
    private readonly Timer timer;

    /// <summary>Starts the timer.</summary>
    /// <param name="limit">The time from now until the call.</param>
    /// <param name="onElapsed">Called at most once, on a thread of the thread pool.</param>
    public WallTimer(TimeSpan limit, Action onElapsed)
    {
        (this.limit, this.onElapsed) = (limit, onElapsed);
        timer = new Timer(self => ((WallTimer)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the timer. If the call is being made, waits until it returns.</summary>
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
