namespace ReflectionCoder.Evaluation;

/// <summary>One problem of a benchmark, whatever file it came from.</summary>
public sealed record EvaluationProblem
{
    /// <summary>Its name in the benchmark, such as <c>HumanEval/0</c> or <c>Mbpp/2</c>.</summary>
    public required string TaskId { get; init; }

    /// <summary>The user message that asks for a solution, as the paper words it.</summary>
    public required string Instruction { get; init; }

    /// <summary>What the answer is made to start with. The default value is <c>```python</c> and a line end, as in the paper.</summary>
    public string AnswerPrefix { get; init; } = "```python\n";

    /// <summary>
    /// Code that stands before a completion: HumanEval's prompt, which completions may go on from. The default value is empty.
    /// </summary>
    public string ProgramPrefix { get; init; } = "";

    /// <summary>Code the tests need before they run: imports, helper functions that the problem gave. The default value is empty.</summary>
    public string TestSetup { get; init; } = "";

    /// <summary>The tests: code that raises when the solution is wrong.</summary>
    public required string Test { get; init; }

    /// <summary>Names that a solution must define.</summary>
    public required IReadOnlyList<string> EntryPoints { get; init; }

    /// <summary>The benchmark's own solution, in the form of a completion.</summary>
    public required string ReferenceSolution { get; init; }

    /// <summary>Part of the benchmark it belongs to (<c>train</c>, <c>held_out</c>); null where the file has no parts.</summary>
    public string? Split { get; init; }
}
