using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Judging;

namespace ReflectionCoder.Evaluation;

/// <summary>A problem of a benchmark, in the same form for every benchmark.</summary>
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
    /// Cuts the code out of an answer, unless <see cref="EvaluatorOptions.Extractor"/> does. The default value is the paper's, for Python.
    /// </summary>
    public IAnswerExtractor Extractor { get; init; } = new PaperAnswerExtractor();

    /// <summary>What decides whether a solution is right.</summary>
    public required IProblemTests Tests { get; init; }

    /// <summary>The benchmark's own solution; can be tested like a completion. The default value is null: it has none.</summary>
    public string? ReferenceSolution { get; init; }

    /// <summary>The split that the problem belongs to, such as <c>train</c> or <c>held_out</c>. The default value is null: none.</summary>
    public string? Split { get; init; }
}
