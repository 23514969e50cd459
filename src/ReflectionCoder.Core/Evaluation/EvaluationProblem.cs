namespace ReflectionCoder.Evaluation;

/// <summary>A problem of a benchmark, in the same form for every file format.</summary>
public sealed record EvaluationProblem
{
    /// <summary>The problem's unique id, such as <c>HumanEval/0</c> or <c>Mbpp/2</c>.</summary>
    public required string TaskId { get; init; }

    /// <summary>The user message that asks for a solution, in the words of the paper's evaluation.</summary>
    public required string Instruction { get; init; }

    /// <summary>
    /// The text that the answer must start with. The default value is <c>```python</c> and a line feed, as in the paper's evaluation.
    /// </summary>
    public string AnswerPrefix { get; init; } = "```python\n";

    /// <summary>
    /// Code that is put before a completion: HumanEval's prompt, because completions may continue it. The default value is empty.
    /// </summary>
    public string ProgramPrefix { get; init; } = "";

    /// <summary>Code that the tests need, such as imports and helper functions of the problem. The default value is empty.</summary>
    public string TestSetup { get; init; } = "";

    /// <summary>The tests: Python code that raises an exception if the solution is wrong.</summary>
    public required string Test { get; init; }

    /// <summary>The names that a solution must define, such as the function that the tests call.</summary>
    public required IReadOnlyList<string> EntryPoints { get; init; }

    /// <summary>The benchmark's own solution; can be tested like a completion.</summary>
    public required string ReferenceSolution { get; init; }

    /// <summary>The split that the problem belongs to, such as <c>train</c> or <c>held_out</c>. The default value is null: none.</summary>
    public string? Split { get; init; }
}
