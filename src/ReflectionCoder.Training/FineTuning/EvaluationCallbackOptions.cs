using ReflectionCoder.Configuration;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;

namespace ReflectionCoder.FineTuning;

/// <summary>How and how often <see cref="EvaluationCallback"/> measures.</summary>
public sealed record EvaluationCallbackOptions : IValidatedOptions
{
    /// <summary>Optimizer steps between measurements, at least 1. The default value is null: the start and the end alone.</summary>
    public long? EverySteps { get; set; }

    /// <summary>Samples of a forward pass, at least 1. The default value is 4.</summary>
    public int BatchSize { get; set; } = 4;

    /// <summary>Mask rate of the distillation loss, 0 to 1. The default value is 1: the paper's end of training.</summary>
    public double MaskRate { get; set; } = 1;

    /// <summary>Seed of the masks; each evaluation starts from it anew. The default value is 3407.</summary>
    public uint MaskSeed { get; set; } = 3407;

    /// <summary>Mask strategies. The default value is block types in the order execution, text, code.</summary>
    public IReadOnlyList<IMaskStrategy> MaskStrategies { get; set; } = [new BlockTypeMask()];

    /// <summary>The loss. The default value is the chunked one.</summary>
    public IDistillationLoss Loss { get; set; } = DistillationLosses.Chunked();

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(EverySteps is null or >= 1, EverySteps, "at least 1")
            .Require(BatchSize >= 1, BatchSize, "at least 1")
            .Require(MaskRate is >= 0 and <= 1, MaskRate, "from 0 to 1")
            .Require(
                MaskStrategies is not null && MaskStrategies.All(strategy => strategy is not null),
                MaskStrategies,
                "a list without null"
            )
            .Require(Loss is not null, Loss, "given")
            .Found;
}
