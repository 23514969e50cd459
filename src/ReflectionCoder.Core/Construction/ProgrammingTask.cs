namespace ReflectionCoder.Construction;

/// <summary>
/// A programming task: an instruction, and what is known beside it. In a file it is one line with a JSON object; see
/// <see cref="ProgrammingTaskReader"/>.
/// </summary>
public sealed record ProgrammingTask
{
    /// <summary>The task's unique id, such as <c>lists/rotate</c>.</summary>
    public required string TaskId { get; init; }

    /// <summary>What the program must do, in natural language.</summary>
    public required string Instruction { get; init; }

    /// <summary>
    /// The programming language: a name of <see cref="Sandbox.Languages.SandboxLanguages"/>. The default value is <c>python</c>.
    /// </summary>
    public string Language { get; init; } = "python";

    /// <summary>Name of the function that the asserts call. The default value is null: not known.</summary>
    public string? EntryPoint { get; init; }

    /// <summary>Source that solves the task, and defines <see cref="EntryPoint"/>. The default value is null: not known.</summary>
    public string? Solution { get; init; }

    /// <summary>
    /// What the solution does, in a sentence without its period, such as an editorial's first: whoever reads it has it easier than with the
    /// instruction alone. <see cref="MutationAuthor"/> says it before the first attempt. The default value is null: nothing is said.
    /// </summary>
    public string? Explanation { get; init; }

    /// <summary>
    /// The tests, in the task's language, such as Python assert statements of one line each. The default value is an empty list: the task
    /// has no tests.
    /// </summary>
    public IReadOnlyList<string> Asserts { get; init; } = [];

    /// <summary>What the task is for: <c>train</c>, which is the default value, or <c>held_out</c> for evaluation.</summary>
    public string Split { get; init; } = "train";

    /// <summary>
    /// What is wrong with the task, so that it can't be worked on, such as a line of its file that isn't JSON; a run rejects it with this
    /// text. The default value is null: nothing.
    /// </summary>
    public string? Problem { get; init; }
}
