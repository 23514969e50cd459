using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Curation;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Construction.Runs;

/// <summary>Counts what is written. Not thread-safe.</summary>
internal sealed class RunCounts
{
    private readonly SortedDictionary<string, int> rejects = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> unused = new(StringComparer.Ordinal);
    private readonly SequenceStatistics statistics = new();
    private int tasks;
    private int tasksKept;
    private int tasksShort;
    private int trainTasks;
    private int heldOutTasks;
    private int heldOutSequences;

    public required bool IsComplete { get; init; }

    public int GenerationSamples { get; set; }

    public void AddTask(TaskResult task, int kept, int wanted)
    {
        tasks++;
        tasksKept += kept > 0 ? 1 : 0;
        if (task.Rejection is null)
        {
            tasksShort += kept < wanted ? 1 : 0;
            trainTasks += task.IsHeldOut ? 0 : 1;
            heldOutTasks += task.IsHeldOut ? 1 : 0;
        }
    }

    public void AddReject(string reason) => Add(rejects, reason, 1);

    public void AddUnused(ReflectionDraft draft)
    {
        foreach ((string reason, int count) in draft.Rejections)
        {
            Add(unused, reason, count);
        }
    }

    public void AddSequence(Conversation conversation, bool isHeldOut)
    {
        statistics.Add(conversation);
        heldOutSequences += isHeldOut ? 1 : 0;
    }

    public ConstructionSummary Summarize(AuthorUsage? usage) =>
        new()
        {
            IsComplete = IsComplete,
            Tasks = tasks,
            TasksKept = tasksKept,
            TasksShort = tasksShort,
            TrainTasks = trainTasks,
            HeldOutTasks = heldOutTasks,
            TrainSequences = statistics.Count - heldOutSequences,
            HeldOutSequences = heldOutSequences,
            GenerationSamples = GenerationSamples,
            Rejects = rejects,
            UnusedAttempts = unused,
            Usage = usage,
            CostPerSequence = statistics.Count > 0 ? usage?.Cost / statistics.Count : null,
            Statistics = statistics,
        };

    private static void Add(SortedDictionary<string, int> counts, string key, int count) =>
        counts[key] = counts.GetValueOrDefault(key) + count;
}
