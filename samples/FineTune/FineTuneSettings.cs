using ReflectionCoder.FineTuning;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>What the command line asks for.</summary>
internal sealed record FineTuneSettings
{
    public required string? ModelDirectory { get; init; }

    public required string? InitConfig { get; init; }

    public required bool TrainTokenizer { get; init; }

    public required IReadOnlyList<string> TrainFiles { get; init; }

    public required IReadOnlyList<string> ValidationFiles { get; init; }

    public required long? EvaluationSteps { get; init; }

    public required int? MaxEvaluationSamples { get; init; }

    public required double EvaluationMaskRate { get; init; }

    /// <summary>The problems to solve during training; null for none.</summary>
    public required TaskSettings? Tasks { get; init; }

    public required int MaxLength { get; init; }

    public required string Device { get; init; }

    public required string Dtype { get; init; }

    /// <summary>Print what memory the run would need, and stop.</summary>
    public required bool PlanOnly { get; init; }

    /// <summary>Bytes; null for what the system says.</summary>
    public required long? MemoryLimit { get; init; }

    public required bool MemoryCheck { get; init; }

    public required string? LoggingDirectory { get; init; }

    /// <summary>Where the merged model goes; null for nowhere.</summary>
    public required string? MergeDirectory { get; init; }

    public required FineTuningOptions Training { get; init; }
}
