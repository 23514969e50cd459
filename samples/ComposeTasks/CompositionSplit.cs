using System.Text;
using ReflectionCoder.Samples.ComposeTasks.Operations;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>
/// Decides which compositions are for training. Held out are one in five pairs of neighbouring operations, wherever in a task they stand,
/// and every task of more than <see cref="MaxTrainingLength"/> operations. So no held-out task can be answered from memory.
/// </summary>
internal static class CompositionSplit
{
    public const int MaxTrainingLength = 3;
    private const uint HeldOutShare = 5;

    /// <summary>Whether two operations in this order are never seen in training.</summary>
    public static bool IsHeldOut(Operation first, Operation second)
    {
        // FNV-1a: stable in every version of .NET, which string.GetHashCode isn't.
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes($"{first.Name}>{second.Name}"))
        {
            hash = (hash ^ b) * 16777619;
        }

        return (hash ^ (hash >> 16)) % HeldOutShare == 0;
    }

    /// <summary>Whether a composition may occur in training.</summary>
    public static bool IsTraining(Composition composition) =>
        composition.Steps.Count <= MaxTrainingLength
        && !composition.Steps.Zip(composition.Steps.Skip(1)).Any(pair => IsHeldOut(pair.First.Operation, pair.Second.Operation));
}
