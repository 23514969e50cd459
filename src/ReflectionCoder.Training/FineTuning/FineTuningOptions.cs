using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReflectionCoder.Batching;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Optimization;

namespace ReflectionCoder.FineTuning;

/// <summary>
/// Everything a run is told; names are Hugging Face's, defaults are the paper's. <see cref="Validate"/> lists every mistake at once.
/// </summary>
/// <remarks>The maximum length is the tokenizer's affair: see <c>SampleTokenizerOptions.MaxLength</c> (4096).</remarks>
public sealed record FineTuningOptions
{
    /// <summary>Where checkpoints (<c>checkpoint-N</c>) and the trained model go.</summary>
    public required string OutputDirectory { get; init; }

    /// <summary>Start anew in an output directory that holds a model or checkpoints, and remove those. The default value is false: a typed error.</summary>
    public bool OverwriteOutputDirectory { get; init; }

    /// <summary>Go on from the newest whole checkpoint of <see cref="OutputDirectory"/>; where there is none, start from the beginning. The default value is false.</summary>
    public bool Resume { get; init; }

    /// <summary>Go on from this checkpoint folder. The default value is null.</summary>
    public string? ResumeFromCheckpoint { get; init; }

    /// <summary>Peak learning rate, more than 0. The default value is 5e-5.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>Share of the steps over which the learning rate rises from 0, from 0 to 1. The default value is 0.05.</summary>
    public double WarmupRatio { get; init; } = 0.05;

    /// <summary>Passes over the data, more than 0; a fraction is allowed. The default value is 2.</summary>
    public double NumTrainEpochs { get; init; } = 2;

    /// <summary>Optimizer steps, at least 1; replaces <see cref="NumTrainEpochs"/>. The default value is null: as many as the epochs have.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Samples of a micro-batch, at least 1: what is in memory at once. The default value is 4.</summary>
    public int PerDeviceTrainBatchSize { get; init; } = 4;

    /// <summary>Micro-batches of an optimizer step, at least 1. The default value is 128, so that the global batch is the paper's 512.</summary>
    public int GradientAccumulationSteps { get; init; } = 128;

    /// <summary>Compute each layer again in backward instead of keeping its activations: the same numbers, less memory, more time. The default value is false.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Bound on the global gradient norm, more than 0, or 0 for none. The default value is 1.</summary>
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Decoupled weight decay, at least 0; norms and biases are spared. The default value is 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's first decay rate, from 0 to below 1. The default value is 0.9.</summary>
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>AdamW's second decay rate, from 0 to below 1. The default value is 0.999.</summary>
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>AdamW's epsilon, more than 0. The default value is 1e-8.</summary>
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Update bf16 weights through float32 masters, four bytes a weight; without them training is pure bf16. No effect on other weights. The default value is true.</summary>
    public bool MasterWeights { get; init; } = true;

    /// <summary>Seed of sampling and of masks, from 0 to 2³² - 1. The default value is 3407.</summary>
    public long Seed { get; init; } = 3407;

    /// <summary>Weight of the divergence beside the cross entropy, at least 0. The default value is 1.</summary>
    public double KlWeight { get; init; } = 1;

    /// <summary>Self-distillation; without it reflection samples are trained as plain data, with cross entropy alone. The default value is true.</summary>
    public bool Distillation { get; init; } = true;

    /// <summary>CPU threads, at least 1. The default value is the number of processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Optimizer steps between checkpoints, at least 1, or 0 for none but the final model. The default value is 500.</summary>
    public long SaveSteps { get; init; } = 500;

    /// <summary>Checkpoints to keep, at least 1. The default value is null: all.</summary>
    public int? SaveTotalLimit { get; init; }

    /// <summary>Optimizer steps between log messages, at least 1. The default value is 10.</summary>
    public long LoggingSteps { get; init; } = 10;

    /// <summary>File that gets one JSON object a step. The default value is null: none.</summary>
    public string? MetricsPath { get; init; }

    /// <summary>Mask strategies; one is drawn a sample; none hides nothing. The default value is block types in the order execution, text, code.</summary>
    public IReadOnlyList<IMaskStrategy> MaskStrategies { get; init; } = [new BlockTypeMask()];

    /// <summary>The mask rate over the run. The default value is the paper's line from 1 / max steps to 1.</summary>
    public IMaskRateSchedule MaskRateSchedule { get; init; } = new LinearMaskRateSchedule();

    /// <summary>The loss. The default value is the chunked one.</summary>
    public IDistillationLoss Loss { get; init; } = new ChunkedDistillationLoss();

    /// <summary>How sums become means. The default value divides by the counts of the whole optimizer step.</summary>
    public ILossNormalizer LossNormalizer { get; init; } = new StepLossNormalizer();

    /// <summary>How an epoch is cut into optimizer steps. The default value groups samples of one type and like length.</summary>
    public ISampler Sampler { get; init; } = new LengthGroupedSampler();

    /// <summary>The learning rate over the run. The default value is warm-up and cosine.</summary>
    public ILearningRateSchedule LearningRateSchedule { get; init; } = new CosineLearningRateSchedule();

    /// <summary>Who is told of steps and checkpoints, in this order. The default value is empty.</summary>
    public IReadOnlyList<ITrainerCallback> Callbacks { get; init; } = [];

    /// <summary>Log. The default value is none.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Clock for durations. The default value is the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Samples of an optimizer step.</summary>
    public int GlobalBatchSize => checked(PerDeviceTrainBatchSize * GradientAccumulationSteps);

    /// <summary>The tests' place to stop inside a checkpoint's write.</summary>
    internal Action<string>? BeforeCheckpointCommit { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="FineTuningOptionsException">One or more are out of range; all of them are listed.</exception>
    public void Validate()
    {
        IReadOnlyList<OptionError> errors = FineTuningOptionsValidator.Check(this);
        if (errors.Count > 0)
        {
            throw new FineTuningOptionsException(errors);
        }
    }
}
