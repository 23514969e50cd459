using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;
using ReflectionCoder.Generation;

namespace ReflectionCoder.Samples.Evaluate;

/// <summary>What the command line asks for.</summary>
internal sealed record EvaluateSettings
{
    public required string Problems { get; init; }

    public required IBenchmark Benchmark { get; init; }

    public required string? Split { get; init; }

    /// <summary>Null for all.</summary>
    public required string? Language { get; init; }

    public required string? Completions { get; init; }

    public required string? Model { get; init; }

    public required string? Adapter { get; init; }

    /// <summary>The JSON file.</summary>
    public required string Report { get; init; }

    /// <summary>An earlier report; null for no comparison.</summary>
    public required string? Compare { get; init; }

    /// <summary>The file of results, which the command goes on with.</summary>
    public string Results => Path.ChangeExtension(Report, ".results.jsonl");

    public required IReadOnlyList<int> K { get; init; }

    public required bool Unisolated { get; init; }

    /// <summary>Null for the benchmark's own.</summary>
    public required string? AnswerPrefix { get; init; }

    public required string Device { get; init; }

    public required string? Dtype { get; init; }

    public required int Threads { get; init; }

    public required EvaluatorOptions Evaluator { get; init; }

    public required GenerationOptions Generation { get; init; }
}
