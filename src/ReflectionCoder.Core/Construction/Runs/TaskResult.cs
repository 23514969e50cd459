namespace ReflectionCoder.Construction.Runs;

/// <summary>
/// How the work on a task ended. It holds no sequence: those are read from the journal when the files are written, so that a run of any
/// size fits into memory.
/// </summary>
/// <param name="TaskId">The task's id.</param>
/// <param name="Key">The task's key in the journal.</param>
/// <param name="Language">The task's language.</param>
/// <param name="IsHeldOut">Whether its sequences are for evaluation.</param>
internal sealed record TaskResult(string TaskId, string Key, string Language, bool IsHeldOut)
{
    /// <summary>A task on which no work was done yet.</summary>
    public static TaskResult Of(ProgrammingTask task) => new(task.TaskId, DraftJson.KeyOf(task), task.Language, task.Split == "held_out");

    /// <summary>Its place in the input, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Why the task was not worked on; null if it was.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>Every variant that was tried, in order.</summary>
    public IReadOnlyList<VariantResult> Variants { get; init; } = [];
}

/// <summary>Why a task or a variant is not in the data set.</summary>
/// <param name="Reason">The reason's name.</param>
/// <param name="Detail">A sentence about it; null for none.</param>
internal sealed record Rejection(string Reason, string? Detail);

/// <summary>How a variant ended.</summary>
/// <param name="Variant">Its number.</param>
internal sealed record VariantResult(int Variant)
{
    /// <summary>Why it isn't used; null if it is.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>The draft, only if the journal doesn't have it because another try may end otherwise.</summary>
    public ReflectionDraft? Unjournaled { get; init; }

    public double? TokenDivergence { get; init; }

    public double? SyntaxDivergence { get; init; }
}
