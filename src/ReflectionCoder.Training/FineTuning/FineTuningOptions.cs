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
/// The settings of a training run. Names are those of Hugging Face's <c>TrainingArguments</c>, defaults are the paper's
/// (arXiv 2405.17057).
/// </summary>
/// <remarks>
/// The constructor of a fine-tuner checks them and reports all mistakes at once, as an <see cref="InvalidOptionsException"/>. It takes a
/// copy, so later changes have no effect on it. How long a sample may be is set where samples are tokenized:
/// <c>SampleTokenizerOptions.MaxLength</c>, 4096 tokens by default.
/// </remarks>
public sealed record FineTuningOptions : IValidatedOptions
{
    /// <summary>
    /// Folder for checkpoints (<c>checkpoint-N</c>, where N is the step) and the trained model. It is made if absent. Must be set: the
    /// default value is empty, which is refused.
    /// </summary>
    public string OutputDirectory { get; set; } = "";

    /// <summary>
    /// Start a new run in an output directory that already holds a model or checkpoints. These are removed right before the first step,
    /// when nothing can refuse the run any more. The default value is false: such a directory is refused
    /// (<see cref="Checkpointing.CheckpointException"/>).
    /// </summary>
    public bool OverwriteOutputDirectory { get; set; }

    /// <summary>
    /// Go on from the newest complete checkpoint in <see cref="OutputDirectory"/>; if there is none, start from the beginning. The default
    /// value is false.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>
    /// Go on from this checkpoint folder; not together with <see cref="Resume"/>. The default value is null: from none.
    /// </summary>
    public string? ResumeFromCheckpoint { get; set; }

    /// <summary>Peak learning rate, more than 0. The default value is 5e-5.</summary>
    public double LearningRate { get; set; } = 5e-5;

    /// <summary>
    /// Share of all optimizer steps in which the learning rate rises from 0 to its peak, from 0 to 1. The default value is 0.05.
    /// </summary>
    public double WarmupRatio { get; set; } = 0.05;

    /// <summary>Passes over the data, more than 0; a fraction is allowed. The default value is 2.</summary>
    public double NumTrainEpochs { get; set; } = 2;

    /// <summary>
    /// Optimizer steps, at least 1; replaces <see cref="NumTrainEpochs"/>. The default value is null: as many as the epochs have.
    /// </summary>
    public long? MaxSteps { get; set; }

    /// <summary>
    /// Samples of a micro-batch, at least 1: so many are computed at once, which decides the memory. The default value is 4.
    /// </summary>
    public int PerDeviceTrainBatchSize { get; set; } = 4;

    /// <summary>
    /// Micro-batches of an optimizer step, at least 1. The default value is 128, so that the global batch is the paper's 512.
    /// </summary>
    public int GradientAccumulationSteps { get; set; } = 128;

    /// <summary>
    /// Compute each layer again in the backward pass instead of keeping its activations: the same numbers, less memory, more time. The
    /// default value is false.
    /// </summary>
    public bool GradientCheckpointing { get; set; }

    /// <summary>
    /// Gradients are scaled down so that their global norm is at most this; more than 0, or 0 for no clipping. The default value is 1.
    /// </summary>
    public double MaxGradNorm { get; set; } = 1;

    /// <summary>
    /// Decoupled weight decay, at least 0; not applied to weights that have <c>bias</c> or <c>norm</c> in their name. The default value is
    /// 0.
    /// </summary>
    public double WeightDecay { get; set; }

    /// <summary>AdamW's first decay rate, from 0 to below 1. The default value is 0.9.</summary>
    public double AdamBeta1 { get; set; } = 0.9;

    /// <summary>AdamW's second decay rate, from 0 to below 1. The default value is 0.999.</summary>
    public double AdamBeta2 { get; set; } = 0.999;

    /// <summary>AdamW's epsilon, more than 0. The default value is 1e-8.</summary>
    public double AdamEpsilon { get; set; } = 1e-8;

    /// <summary>
    /// Train a low-rank adapter and the embedding rows of the seven markers, with all other weights frozen, and save only what was trained.
    /// The default value is null: full fine-tuning.
    /// </summary>
    public LoraOptions? Lora { get; set; }

    /// <summary>
    /// Keep a float32 copy of each bf16 weight and let the optimizer update that; this takes four bytes more for each weight. Without it,
    /// training is pure bf16. No effect on weights of other types. The default value is true.
    /// </summary>
    public bool MasterWeights { get; set; } = true;

    /// <summary>Seed of sampling and of masks, from 0 to 2³² - 1. The default value is 3407.</summary>
    public long Seed { get; set; } = 3407;

    /// <summary>
    /// Weight of the divergence beside the cross entropy, at least 0. It multiplies the weight that a sample may have of its own
    /// (<see cref="Sequences.Conversation.Weight"/>). The default value is 1.
    /// </summary>
    public double KlWeight { get; set; } = 1;

    /// <summary>
    /// Whether to train with self-distillation. Without it, reflection samples are trained on like other samples, with cross entropy alone.
    /// The default value is true.
    /// </summary>
    public bool Distillation { get; set; } = true;

    /// <summary>
    /// CPU threads that torch computes with, at least 1. Another number may change the last bits of results. The default value is the
    /// number of processors.
    /// </summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// Optimizer steps between checkpoints, at least 1, or 0 to save the final model only. The default value is 500. A run that is
    /// cancelled writes a checkpoint in any case.
    /// </summary>
    public long SaveSteps { get; set; } = 500;

    /// <summary>How many of the newest checkpoints to keep, at least 1; older ones are deleted. The default value is null: all.</summary>
    public int? SaveTotalLimit { get; set; }

    /// <summary>
    /// Most bytes of weights in a saved file, at least 1; larger models are saved in shards with an index, as Hugging Face does. The
    /// default value is 5,000,000,000. See <see cref="ModelSaveOptions"/>.
    /// </summary>
    public long MaxShardSize { get; set; } = ModelSaveOptions.DefaultMaxShardSize;

    /// <summary>Optimizer steps between log messages, at least 1. The default value is 10.</summary>
    public long LoggingSteps { get; set; } = 10;

    /// <summary>
    /// File for the metrics, with one line for each step: a JSON object with snake-case fields. A resumed run adds its lines to the file;
    /// any other run replaces it. The default value is null: no file.
    /// </summary>
    public string? MetricsPath { get; set; }

    /// <summary>
    /// Ways to choose the tokens of a reflection that the student doesn't see. One of them is drawn for each sample; with an empty list
    /// nothing is hidden. The default value is <see cref="BlockTypeMask"/>: block types in the order execution, text, code.
    /// </summary>
    public IReadOnlyList<IMaskStrategy> MaskStrategies { get; set; } = [new BlockTypeMask()];

    /// <summary>
    /// The share of a reflection that is hidden, as a function of the step. The default value is the paper's: it rises linearly from
    /// 1 / max steps to 1.
    /// </summary>
    public IMaskRateSchedule MaskRateSchedule { get; set; } = new LinearMaskRateSchedule();

    /// <summary>The loss. The default value is the chunked one, which never holds all logits at once.</summary>
    public IDistillationLoss Loss { get; set; } = DistillationLosses.Chunked();

    /// <summary>
    /// How the summed losses become means. The default value is <see cref="LossNormalizers.Step"/>, which divides by the counts of the
    /// whole optimizer step.
    /// </summary>
    public ILossNormalizer LossNormalizer { get; set; } = LossNormalizers.Step;

    /// <summary>
    /// In which order an epoch goes through the samples, and which of them make up each optimizer step. The default value groups samples
    /// of one type and of similar length.
    /// </summary>
    public ISampler Sampler { get; set; } = Samplers.LengthGrouped;

    /// <summary>The learning rate as a function of the step. The default value is warm-up and then a cosine.</summary>
    public ILearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedules.Cosine;

    /// <summary>
    /// What updates the weights. The default value is null: AdamW with <see cref="AdamBeta1"/>, <see cref="AdamBeta2"/>,
    /// <see cref="AdamEpsilon"/>, <see cref="WeightDecay"/> and <see cref="MasterWeights"/>. These five settings have no effect on an
    /// optimizer given here.
    /// </summary>
    public IOptimizerFactory? Optimizer { get; set; }

    /// <summary>
    /// Callbacks that are told of steps and checkpoints, in this order. They stay the caller's to dispose. The default value is empty.
    /// </summary>
    public IReadOnlyList<ITrainerCallback> Callbacks { get; set; } = [];

    /// <summary>Where the run writes its log. The default value is a logger that writes nothing.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>The clock that durations are measured with. The default value is the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Samples of an optimizer step: <see cref="PerDeviceTrainBatchSize"/> × <see cref="GradientAccumulationSteps"/>.</summary>
    /// <exception cref="OverflowException">The product is larger than <see cref="int.MaxValue"/>.</exception>
    public int GlobalBatchSize => checked(PerDeviceTrainBatchSize * GradientAccumulationSteps);

    /// <summary><see cref="Optimizer"/>, or the AdamW that stands for null.</summary>
    internal IOptimizerFactory EffectiveOptimizer =>
        Optimizer ?? Optimizers.AdamW(AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay, MasterWeights);

    /// <summary>Called while a checkpoint is written, right before it becomes valid. Tests end the process there.</summary>
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
