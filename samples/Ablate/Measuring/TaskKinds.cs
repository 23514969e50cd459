namespace ReflectionCoder.Samples.Ablate.Measuring;

/// <summary>What is new about a held-out task of <c>ComposeTasks</c>, read off its id, such as <c>held_out/7/values+largest</c>.</summary>
/// <param name="longestTraining">Operations of the longest training task.</param>
internal sealed class TaskKinds(int longestTraining)
{
    /// <summary>A pair of neighbouring operations that no training task has, in a task as long as those.</summary>
    public const string NewPair = "new_pair";

    /// <summary>A task of more operations than any training task has.</summary>
    public const string Longer = "longer";

    /// <summary>A task whose id names no composition.</summary>
    public const string Other = "other";

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> All { get; } = [NewPair, Longer, Other];

    /// <summary>Operations of the longest training task.</summary>
    public int LongestTraining => longestTraining;

    /// <summary>Takes the longest of the training tasks.</summary>
    public static TaskKinds Of(IEnumerable<string> trainingIds) => new(trainingIds.Select(Operations).DefaultIfEmpty(0).Max());

    public string Of(string taskId) =>
        Operations(taskId) is var operations && operations < 2 ? Other
        : operations > longestTraining ? Longer
        : NewPair;

    private static int Operations(string taskId) => taskId.Split('/') is [_, _, var steps] ? steps.Split('+').Length : 0;
}
