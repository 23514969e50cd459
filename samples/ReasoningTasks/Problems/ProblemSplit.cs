using ReflectionCoder.Samples.ComposeTasks;

namespace ReflectionCoder.Samples.ReasoningTasks.Problems;

/// <summary>
/// Decides which problems are for training. Held out are one in five pairs of neighbouring events, wherever in a story they stand, and
/// every story of more than <see cref="MaxTrainingLength"/> events.
/// </summary>
internal static class ProblemSplit
{
    public const int MaxTrainingLength = 3;

    /// <summary>Whether a story of these events may occur in training.</summary>
    public static bool IsTraining(IReadOnlyList<Operation> operations) =>
        operations.Count <= MaxTrainingLength
        && !operations.Zip(operations.Skip(1)).Any(pair => HeldOutPairs.Contains(pair.First.Name, pair.Second.Name));
}
