using ReflectionCoder.Configuration;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;

namespace ReflectionCoder.FineTuning;

/// <summary>How and how often <see cref="EvaluationCallback"/> measures.</summary>
public sealed record EvaluationCallbackOptions : IValidatedOptions
{
    /// <summary>Optimizer steps between measurements, at least 1. The default value is null: only at the start and the end.</summary>
    public long? EverySteps { get; set; }

    /// <summary>Samples that are computed at once, at least 1; decides the memory. The default value is 4.</summary>
    public int BatchSize { get; set; } = 4;

    /// <summary>
    /// Share of each reflection that is hidden when the distillation loss is measured, from 0 to 1. The default value is 1: everything, as
    /// at the end of the paper's training.
    /// </summary>
    public double MaskRate { get; set; } = 1;

    /// <summary>
    /// Seed of the masks. Every measurement starts from it, so all of them use the same masks. The default value is
    /// 3407.
    /// </summary>
    public uint MaskSeed { get; set; } = 3407;

    /// <summary>
    /// Ways to choose the hidden tokens; one of them is drawn for each sample. The default value is <see cref="BlockTypeMask"/>: block
    /// types in the order execution, text, code.
    /// </summary>
    public IReadOnlyList<IMaskStrategy> MaskStrategies { get; set; } = [new BlockTypeMask()];

    /// <summary>The loss that is measured. The default value is the chunked one.</summary>
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
