using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Everything a run is told; names are Hugging Face's, defaults are the paper's. A mistake is reported together with all others, as an
/// <see cref="InvalidOptionsException"/>, when a fine-tuner is made.
/// </summary>
/// <remarks>
/// A fine-tuner takes a copy: later changes don't reach it. The maximum length is the tokenizer's affair: see
/// <c>SampleTokenizerOptions.MaxLength</c> (4096).
/// </remarks>
public sealed record FineTuningOptions : IValidatedOptions
{
    /// <summary>Where checkpoints (<c>checkpoint-N</c>) and the trained model go. Must be set.</summary>
    public string OutputDirectory { get; set; } = "";

    /// <summary>
    /// Start anew in an output directory that holds a model or checkpoints, and remove those: right before the first step, once nothing can
    /// refuse the run any more. The default value is false: a typed error.
    /// </summary>
    public bool OverwriteOutputDirectory { get; set; }

    /// <summary>
    /// Go on from the newest whole checkpoint of <see cref="OutputDirectory"/>; where there is none, start from the beginning. The default
    /// value is false.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>Go on from this checkpoint folder. The default value is null.</summary>
    public string? ResumeFromCheckpoint { get; set; }

    /// <summary>Peak learning rate, more than 0. The default value is 5e-5.</summary>
    public double LearningRate { get; set; } = 5e-5;

    /// <summary>Share of the steps over which the learning rate rises from 0, from 0 to 1. The default value is 0.05.</summary>
    public double WarmupRatio { get; set; } = 0.05;

    /// <summary>Passes over the data, more than 0; a fraction is allowed. The default value is 2.</summary>
    public double NumTrainEpochs { get; set; } = 2;

    /// <summary>
    /// Optimizer steps, at least 1; replaces <see cref="NumTrainEpochs"/>. The default value is null: as many as the epochs have.
    /// </summary>
    public long? MaxSteps { get; set; }

    /// <summary>Samples of a micro-batch, at least 1: what is in memory at once. The default value is 4.</summary>
    public int PerDeviceTrainBatchSize { get; set; } = 4;

    /// <summary>
    /// Micro-batches of an optimizer step, at least 1. The default value is 128, so that the global batch is the paper's 512.
    /// </summary>
    public int GradientAccumulationSteps { get; set; } = 128;

    /// <summary>
    /// Compute each layer again in backward instead of keeping its activations: the same numbers, less memory, more time. The default value
    /// is false.
    /// </summary>
    public bool GradientCheckpointing { get; set; }

    /// <summary>Bound on the global gradient norm, more than 0, or 0 for none. The default value is 1.</summary>
    public double MaxGradNorm { get; set; } = 1;

    /// <summary>Decoupled weight decay, at least 0; weights with <c>bias</c> or <c>norm</c> in their names are spared. The default value is 0.</summary>
    public double WeightDecay { get; set; }

    /// <summary>AdamW's first decay rate, from 0 to below 1. The default value is 0.9.</summary>
    public double AdamBeta1 { get; set; } = 0.9;

    /// <summary>AdamW's second decay rate, from 0 to below 1. The default value is 0.999.</summary>
    public double AdamBeta2 { get; set; } = 0.999;

    /// <summary>AdamW's epsilon, more than 0. The default value is 1e-8.</summary>
    public double AdamEpsilon { get; set; } = 1e-8;

    /// <summary>
    /// Train a low-rank adapter and the rows of the seven markers beside frozen weights, and save that alone. The default value is null:
    /// full fine-tuning.
    /// </summary>
    public LoraOptions? Lora { get; set; }

    /// <summary>
    /// Update bf16 weights through float32 masters, four bytes a weight; without them training is pure bf16. No effect on other weights.
    /// The default value is true.
    /// </summary>
    public bool MasterWeights { get; set; } = true;

    /// <summary>Seed of sampling and of masks, from 0 to 2³² - 1. The default value is 3407.</summary>
    public long Seed { get; set; } = 3407;

    /// <summary>Weight of the divergence beside the cross entropy, at least 0. The default value is 1.</summary>
    public double KlWeight { get; set; } = 1;

    /// <summary>
    /// Self-distillation; without it reflection samples are trained as plain data, with cross entropy alone. The default value is true.
    /// </summary>
    public bool Distillation { get; set; } = true;

    /// <summary>CPU threads, at least 1. The default value is the number of processors.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>Optimizer steps between checkpoints, at least 1, or 0 for none but the final model. The default value is 500.</summary>
    public long SaveSteps { get; set; } = 500;

    /// <summary>Checkpoints to keep, at least 1. The default value is null: all.</summary>
    public int? SaveTotalLimit { get; set; }

    /// <summary>
    /// Most bytes of weights in a saved file, at least 1; larger models are saved in shards with an index, as Hugging Face does. The
    /// default value is 5,000,000,000. See <see cref="ModelSaveOptions"/>.
    /// </summary>
    public long MaxShardSize { get; set; } = ModelSaveOptions.DefaultMaxShardSize;

    /// <summary>Optimizer steps between log messages, at least 1. The default value is 10.</summary>
    public long LoggingSteps { get; set; } = 10;

    /// <summary>File that gets one JSON object a step. The default value is null: none.</summary>
    public string? MetricsPath { get; set; }

    /// <summary>
    /// Mask strategies; one is drawn a sample; none hides nothing. The default value is block types in the order execution, text, code.
    /// </summary>
    public IReadOnlyList<IMaskStrategy> MaskStrategies { get; set; } = [new BlockTypeMask()];

    /// <summary>The mask rate over the run. The default value is the paper's line from 1 / max steps to 1.</summary>
    public IMaskRateSchedule MaskRateSchedule { get; set; } = new LinearMaskRateSchedule();

    /// <summary>The loss. The default value is the chunked one.</summary>
    public IDistillationLoss Loss { get; set; } = DistillationLosses.Chunked();

    /// <summary>How sums become means. The default value divides by the counts of the whole optimizer step.</summary>
    public ILossNormalizer LossNormalizer { get; set; } = LossNormalizers.Step;

    /// <summary>How an epoch is cut into optimizer steps. The default value groups samples of one type and like length.</summary>
    public ISampler Sampler { get; set; } = Samplers.LengthGrouped;

    /// <summary>The learning rate over the run. The default value is warm-up and cosine.</summary>
    public ILearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedules.Cosine;

    /// <summary>
    /// What updates the weights. The default value is null: AdamW with <see cref="AdamBeta1"/>, <see cref="AdamBeta2"/>,
    /// <see cref="AdamEpsilon"/>, <see cref="WeightDecay"/> and <see cref="MasterWeights"/>, which no other optimizer is told.
    /// </summary>
    public IOptimizerFactory? Optimizer { get; set; }

    /// <summary>Who is told of steps and checkpoints, in this order. The default value is empty.</summary>
    public IReadOnlyList<ITrainerCallback> Callbacks { get; set; } = [];

    /// <summary>Log. The default value is none.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Clock for durations. The default value is the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Samples of an optimizer step.</summary>
    public int GlobalBatchSize => checked(PerDeviceTrainBatchSize * GradientAccumulationSteps);

    /// <summary>The optimizer given, or AdamW.</summary>
    internal IOptimizerFactory EffectiveOptimizer =>
        Optimizer ?? Optimizers.AdamW(AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay, MasterWeights);

    /// <summary>The tests' place to stop inside a checkpoint's write.</summary>
    internal Action<string>? BeforeCheckpointCommit { get; init; }

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors()
    {
        bool fromCheckpoint = ResumeFromCheckpoint is not null;
        OptionErrors errors = Lora is null ? new() : new OptionErrors().RequireValid(Lora);
        return errors
            .Require(!string.IsNullOrWhiteSpace(OutputDirectory), OutputDirectory, "a directory")
            .Require(!(Resume && fromCheckpoint), Resume, $"left out where {nameof(ResumeFromCheckpoint)} names a checkpoint")
            .Require(!(OverwriteOutputDirectory && (Resume || fromCheckpoint)), OverwriteOutputDirectory, "left out where a run is resumed")
            .Require(double.IsFinite(LearningRate) && LearningRate > 0, LearningRate, "more than 0")
            .Require(WarmupRatio is >= 0 and <= 1, WarmupRatio, "from 0 to 1")
            .Require(double.IsFinite(NumTrainEpochs) && NumTrainEpochs > 0, NumTrainEpochs, "more than 0")
            .Require(MaxSteps is null or >= 1, MaxSteps, "at least 1")
            .Require(PerDeviceTrainBatchSize >= 1, PerDeviceTrainBatchSize, "at least 1")
            .Require(GradientAccumulationSteps >= 1, GradientAccumulationSteps, "at least 1")
            .Require(
                (long)PerDeviceTrainBatchSize * GradientAccumulationSteps <= int.MaxValue,
                GradientAccumulationSteps,
                $"small enough for a global batch of at most {int.MaxValue}"
            )
            .Require(double.IsFinite(MaxGradNorm) && MaxGradNorm >= 0, MaxGradNorm, "more than 0, or 0 for no clipping")
            .Require(double.IsFinite(WeightDecay) && WeightDecay >= 0, WeightDecay, "at least 0")
            .Require(AdamBeta1 is >= 0 and < 1, AdamBeta1, "from 0 to below 1")
            .Require(AdamBeta2 is >= 0 and < 1, AdamBeta2, "from 0 to below 1")
            .Require(double.IsFinite(AdamEpsilon) && AdamEpsilon > 0, AdamEpsilon, "more than 0")
            .Require(Seed is >= 0 and <= uint.MaxValue, Seed, $"from 0 to {uint.MaxValue}")
            .Require(double.IsFinite(KlWeight) && KlWeight >= 0, KlWeight, "at least 0")
            .Require(Threads >= 1, Threads, "at least 1")
            .Require(SaveSteps >= 0, SaveSteps, "at least 1, or 0 for none")
            .Require(SaveTotalLimit is null or >= 1, SaveTotalLimit, "at least 1")
            .Require(MaxShardSize >= 1, MaxShardSize, "at least 1")
            .Require(LoggingSteps >= 1, LoggingSteps, "at least 1")
            .Require(
                MaskStrategies is not null && MaskStrategies.All(strategy => strategy is not null),
                MaskStrategies,
                "a list without null"
            )
            .Require(MaskRateSchedule is not null, MaskRateSchedule, "given")
            .Require(Loss is not null, Loss, "given")
            .Require(LossNormalizer is not null, LossNormalizer, "given")
            .Require(Sampler is not null, Sampler, "given")
            .Require(LearningRateSchedule is not null, LearningRateSchedule, "given")
            .Require(Callbacks is not null && Callbacks.All(callback => callback is not null), Callbacks, "a list without null")
            .Require(Logger is not null, Logger, "given")
            .Require(TimeProvider is not null, TimeProvider, "given")
            .Found;
    }
}
