using ReflectionCoder.Samples.ComposeTasks.Operations;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Decides which compositions are for training. Held out are one in five pairs of neighbouring operations, wherever in a task they stand,
/// and every task of more than <see cref="MaxTrainingLength"/> operations. So no held-out task can be answered from memory.
/// </summary>
internal static class CompositionSplit
{
    public const int MaxTrainingLength = 3;

    /// <summary>Whether two operations in this order are never seen in training.</summary>
    public static bool IsHeldOut(Operation first, Operation second) => HeldOutPairs.Contains(first.Name, second.Name);

    /// <summary>Whether a composition may occur in training.</summary>
    public static bool IsTraining(Composition composition) =>
        composition.Steps.Count <= MaxTrainingLength
        && !composition.Steps.Zip(composition.Steps.Skip(1)).Any(pair => IsHeldOut(pair.First.Operation, pair.Second.Operation));
}
