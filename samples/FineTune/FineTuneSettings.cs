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

    public required int MaxLength { get; init; }

    public required string Device { get; init; }

    public required string Dtype { get; init; }

    public required string? LoggingDirectory { get; init; }

    /// <summary>Where the merged model goes; null for nowhere.</summary>
    public required string? MergeDirectory { get; init; }

    public required FineTuningOptions Training { get; init; }
}
