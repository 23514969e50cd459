namespace ReflectionCoder.Construction;

/// <summary>A programming task with a known-good solution, one JSON object a line in a task file.</summary>
/// <remarks>Fields in JSON are snake case: <c>task_id, instruction, entry_point, solution, asserts, split</c>.</remarks>
public sealed record ProgrammingTask
{
    /// <summary>Unique name, such as <c>lists/rotate</c>.</summary>
    public required string TaskId { get; init; }

    /// <summary>What is asked, in natural language, naming the function and its arguments.</summary>
    public required string Instruction { get; init; }

    /// <summary>Name of the function that the asserts call.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>Python source that answers the instruction.</summary>
    public required string Solution { get; init; }

    /// <summary>Python assert statements that the solution passes, at least three.</summary>
    public required IReadOnlyList<string> Asserts { get; init; }

    /// <summary><c>train</c> or <c>held_out</c>.</summary>
    public required string Split { get; init; }
}
