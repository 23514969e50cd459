using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Results;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>An arm with all that its training needs.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Reflections">Its samples of data set 0.</param>
internal sealed record PreparedArm(Arm Arm, IReadOnlyList<Conversation> Reflections)
{
    /// <summary>Folder of the model that it starts from; null for the arm's base.</summary>
    public string? Start { get; init; }

    /// <summary>Optimizer steps; null for those that the study or the arm says.</summary>
    public long? Steps { get; init; }

    /// <summary>The order in which block types are hidden; null for the arm's own masks.</summary>
    public IReadOnlyList<BlockType>? BlockOrder { get; init; }

    /// <summary>What was found out for it, for its row; null where there was nothing to find out.</summary>
    public Preparation? Found { get; init; }
}
