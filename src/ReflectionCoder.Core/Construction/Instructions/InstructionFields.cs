namespace ReflectionCoder.Construction.Instructions;

/// <summary>
/// Which fields of a line hold the parts of a task, for <see cref="InstructionReader"/>. A name that is set is the only one that is looked
/// for; a part whose name is null is found by the names that public data sets use.
/// </summary>
public sealed record InstructionFields
{
    /// <summary>
    /// The task's text. The default value is null: <c>instruction</c>, <c>prompt</c>, <c>problem</c>, <c>question</c> or <c>query</c>, to
    /// which Alpaca's <c>input</c> is added; or else the first message of <c>messages</c> or <c>conversations</c> that a user wrote.
    /// </summary>
    public string? Instruction { get; init; }

    /// <summary>The task's id. The default value is null: <c>task_id</c> or <c>id</c>; or else a hash of the text.</summary>
    public string? TaskId { get; init; }

    /// <summary>
    /// The programming language. The default value is null: <c>language</c>, <c>lang</c> or <c>programming_language</c>; or else
    /// <see cref="DefaultLanguage"/>.
    /// </summary>
    public string? Language { get; init; }

    /// <summary>
    /// The tests, as an array of strings or one string. The default value is null: <c>asserts</c>, <c>test_list</c>, <c>tests</c> or
    /// <c>test</c>; or else the task has none.
    /// </summary>
    public string? Tests { get; init; }

    /// <summary>
    /// Code that solves the task. The default value is null: <c>solution</c>, <c>output</c>, <c>response</c> or <c>completion</c>, if it
    /// is <c>solution</c> or holds a code fence; or else the task has none.
    /// </summary>
    public string? Solution { get; init; }

    /// <summary>The function that tests call. The default value is null: <c>entry_point</c>; or else it is not known.</summary>
    public string? EntryPoint { get; init; }

    /// <summary>
    /// What the solution does, in a sentence (<see cref="ProgrammingTask.Explanation"/>). The default value is null: <c>explanation</c>, if
    /// it is a string; or else nothing is said.
    /// </summary>
    public string? Explanation { get; init; }

    /// <summary>The language of lines that don't say it. The default value is <c>python</c>.</summary>
    public string DefaultLanguage { get; init; } = "python";

    /// <summary>
    /// Whether a line that can't be read becomes a task with <see cref="ProgrammingTask.Problem"/>, which a run rejects with the reason
    /// <c>Malformed</c>, instead of an exception. The default value is false.
    /// </summary>
    public bool KeepMalformed { get; init; }
}
