namespace ReflectionCoder.FineTuning;

/// <summary>Training time over the sessions of a run.</summary>
internal sealed class RunClock(TimeProvider time, TimeSpan before)
{
    private readonly long started = time.GetTimestamp();

    /// <summary>Time so far, earlier sessions included.</summary>
    public TimeSpan Elapsed => before + time.GetElapsedTime(started);

    /// <summary>Expected time for the steps left, at this session's mean pace.</summary>
    public TimeSpan Remaining(long stepsDone, long stepsLeft) =>
        stepsDone == 0 ? TimeSpan.Zero : time.GetElapsedTime(started) / stepsDone * stepsLeft;
}
