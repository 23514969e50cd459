namespace ReflectionCoder.Construction;

/// <summary>
/// A Python programming task with tests and a solution that passes them. In a task file it is one line with a JSON object.
/// </summary>
/// <remarks>The fields of the JSON object are <c>task_id, instruction, entry_point, solution, asserts, split</c>.</remarks>
public sealed record ProgrammingTask
{
    /// <summary>The task's unique id, such as <c>lists/rotate</c>.</summary>
    public required string TaskId { get; init; }

    /// <summary>What the program must do, in natural language. Names the function and its arguments.</summary>
    public required string Instruction { get; init; }

    /// <summary>Name of the function that the asserts call.</summary>
    public required string EntryPoint { get; init; }

    /// <summary>Python source that solves the task. Defines the function <see cref="EntryPoint"/>.</summary>
    public required string Solution { get; init; }

    /// <summary>The tests: Python assert statements of one line each that the solution passes; at least three.</summary>
    public required IReadOnlyList<string> Asserts { get; init; }

    /// <summary>What the task is for: <c>train</c>, or <c>held_out</c> for evaluation.</summary>
    public required string Split { get; init; }
}
