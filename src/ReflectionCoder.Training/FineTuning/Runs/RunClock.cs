namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Training time over the sessions of a run.</summary>
internal sealed class RunClock(TimeProvider time, TimeSpan before)
{
    private readonly long started = time.GetTimestamp();
    private TimeSpan stepTime;
    private long steps;

    /// <summary>Time so far, earlier sessions included.</summary>
    public TimeSpan Elapsed => before + time.GetElapsedTime(started);

    /// <summary>Counts a step of this session.</summary>
    public void AddStep(TimeSpan duration)
    {
        stepTime += duration;
        steps++;
    }

    /// <summary>
    /// Expected time for the steps left if they take as long as this session's; callbacks and checkpoints aren't
    /// counted.
    /// </summary>
    public TimeSpan Remaining(long stepsLeft) => steps == 0 ? TimeSpan.Zero : stepTime / steps * stepsLeft;
}
