using System.Diagnostics;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Calls back once a wall-clock limit has passed, and never before: the runtime's own timers may fire some milliseconds early.</summary>
internal sealed class WallTimer : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TimeSpan _limit;
    private readonly Action _onElapsed;
    private readonly Timer _timer;

    /// <summary>Starts to count.</summary>
    /// <param name="limit">When to call, from now.</param>
    /// <param name="onElapsed">Called at most once, on a thread of the pool.</param>
    public WallTimer(TimeSpan limit, Action onElapsed)
    {
        (_limit, _onElapsed) = (limit, onElapsed);
        _timer = new Timer(timer => ((WallTimer)timer!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends it; a call that is under way is waited for.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Look()
    {
        TimeSpan missing = _limit - Stopwatch.GetElapsedTime(_started);
        if (missing <= TimeSpan.Zero)
        {
            _onElapsed();
        }
        else
        {
            _timer.Change(missing + Tick, Timeout.InfiniteTimeSpan);
        }
    }
}
