using ReflectionCoder.Construction.Calls;

namespace ReflectionCoder.Construction.Runs;

/// <summary>Counts what happens in a run, and reports it at most ten times a second. Thread-safe.</summary>
internal sealed class ProgressMeter(ConstructionOptions options, IProgress<ConstructionProgress>? progress, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly long start = clock.GetTimestamp();
    private readonly AuthorUsage? usageAtStart = options.Usage?.Invoke();
    private TimeSpan next = TimeSpan.Zero;
    private int read;
    private int done;
    private int replayed; // tasks that needed no author
    private int kept;
    private int rejected;
    private int inFlight;
    private int fromJournal;
    private int written;

    public int FromJournal => Volatile.Read(ref fromJournal);

    public void CountRead() => Update(() => read++);

    public void CountFromJournal() => Update(() => fromJournal++);

    public void Begin() => Update(() => inFlight++);

    public void End() =>
        Update(() =>
        {
            inFlight--;
            written++;
        });

    /// <summary>Counts a task whose work is over.</summary>
    /// <param name="result">How it ended.</param>
    /// <param name="isNew">Whether the author worked for it, so that it counts for the estimate of the time left.</param>
    public void CountDone(TaskResult result, bool isNew) =>
        Update(() =>
        {
            done++;
            replayed += isNew ? 0 : 1;
            kept += result.Variants.Count(variant => variant.Rejection is null);
            rejected += result.Variants.Count(variant => variant.Rejection is not null) + (result.Rejection is null ? 0 : 1);
        });

    /// <summary>Reports the last state.</summary>
    public void Finish() => progress?.Report(Snapshot());

    public ConstructionProgress Snapshot()
    {
        lock (gate)
        {
            TimeSpan elapsed = clock.GetElapsedTime(start);
            AuthorUsage? usage = options.Usage?.Invoke();
            int worked = done - replayed;
            double? scale = options.ExpectedTasks is { } expected && worked > 0 ? Math.Max(0, expected - done) / (double)worked : null;
            return new ConstructionProgress
            {
                TasksRead = read,
                TasksDone = done,
                ExpectedTasks = options.ExpectedTasks,
                Kept = kept,
                Rejected = rejected,
                InFlight = inFlight,
                FromJournal = fromJournal,
                Elapsed = elapsed,
                SequencesPerSecond = elapsed > TimeSpan.Zero ? written / elapsed.TotalSeconds : 0,
                TimeLeft = scale is { } left ? elapsed * left : null,
                Usage = usage,
                ProjectedCost = usage?.Cost + ((usage?.Cost - usageAtStart?.Cost) * (decimal?)scale),
                CostPerSequence = kept > 0 ? usage?.Cost / kept : null,
            };
        }
    }

    private void Update(Action change)
    {
        bool report;
        lock (gate)
        {
            change();
            TimeSpan now = clock.GetElapsedTime(start);
            report = progress is not null && now >= next;
            next = report ? now + Interval : next;
        }

        if (report)
        {
            progress!.Report(Snapshot());
        }
    }
}
