using ReflectionCoder.Evaluation;
using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples.Evaluate;

/// <summary>What the command line asks for.</summary>
internal sealed record EvaluateSettings
{
    public required string Problems { get; init; }

    public required string Benchmark { get; init; }

    public required string? Split { get; init; }

    public required string? Completions { get; init; }

    public required string? Model { get; init; }

    public required string? Adapter { get; init; }

    public required string Output { get; init; }

    public required IReadOnlyList<int> K { get; init; }

    public required bool Unisolated { get; init; }

    public required string AnswerPrefix { get; init; }

    public required string Device { get; init; }

    public required string? Dtype { get; init; }

    public required int Threads { get; init; }

    public required EvaluatorOptions Evaluator { get; init; }

    public required GenerationOptions Generation { get; init; }
}
