using ReflectionCoder.Configuration;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>
/// What a <see cref="MemoryPlan"/> depends on, besides the model and the samples. Names are those of <see cref="FineTuningOptions"/>.
/// </summary>
public sealed record MemoryPlanOptions : IValidatedOptions
{
    /// <summary>The model's device, CPU or CUDA. The default value is CPU.</summary>
    public DeviceType Device { get; set; } = DeviceType.CPU;

    /// <summary>Element type of the weights, Float32, Float64 or BFloat16. The default value is Float32.</summary>
    public ScalarType Dtype { get; set; } = ScalarType.Float32;

    /// <summary>
    /// Whether AdamW keeps a float32 copy of each bf16 weight. No effect on other weights or another optimizer. The default value is true.
    /// </summary>
    public bool MasterWeights { get; set; } = true;

    /// <summary>The optimizer, whose state is counted. The default value is null: AdamW.</summary>
    public IOptimizerFactory? Optimizer { get; set; }

    /// <summary>
    /// Whether only each layer's input is kept for the backward pass, and the layer computed again. The default value is false.
    /// </summary>
    public bool GradientCheckpointing { get; set; }

    /// <summary>
    /// Micro-batches of an optimizer step, at least 1. With 2 or more, gradients of the earlier ones are in memory during a forward pass.
    /// The default value is 1.
    /// </summary>
    public int GradientAccumulationSteps { get; set; } = 1;

    /// <summary>CPU threads, at least 1. The default value is the number of processors.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// Rows whose logits are computed together, at least 1 (<see cref="DistillationLosses.Chunked"/>); null for a loss that holds all
    /// logits at once. The default value is 256.
    /// </summary>
    public int? LossChunkRows { get; set; } = 256;

    /// <summary>
    /// Rank of the LoRA adapters that are trained, at least 1. The default value is null: no adapters, all weights are trained.
    /// </summary>
    public int? LoraRank { get; set; }

    /// <summary>
    /// Projections that have an adapter, in every layer. The default value is all that there are
    /// (<see cref="LoraOptions.AllModules"/>).
    /// </summary>
    public IReadOnlyList<string> LoraTargetModules { get; set; } = LoraOptions.AllModules;

    /// <summary>Bytes of a weight's number.</summary>
    internal long ElementBytes =>
        Dtype switch
        {
            ScalarType.BFloat16 => 2,
            ScalarType.Float64 => 8,
            _ => 4,
        };

    /// <summary>Bytes of a number of optimizer state, of adapters and of sums: at least float32's.</summary>
    internal long WideBytes => Math.Max(ElementBytes, sizeof(float));

    /// <summary>Whether bf16 weights have float32 masters.</summary>
    internal bool HasMasters => Dtype == ScalarType.BFloat16 && MasterWeights && LoraRank is null && Optimizer is null;

    /// <summary>Makes the options that fit a run.</summary>
    /// <param name="training">The run's options.</param>
    /// <param name="device">The model's device.</param>
    /// <param name="dtype">Element type of the weights.</param>
    /// <returns>Options for an estimate.</returns>
    public static MemoryPlanOptions From(FineTuningOptions training, DeviceType device, ScalarType dtype)
    {
        ArgumentNullException.ThrowIfNull(training);
        return new MemoryPlanOptions
        {
            Device = device,
            Dtype = dtype,
            MasterWeights = training.MasterWeights,
            Optimizer = training.Optimizer,
            GradientCheckpointing = training.GradientCheckpointing,
            GradientAccumulationSteps = training.GradientAccumulationSteps,
            Threads = training.Threads,
            LossChunkRows = (training.Loss as ChunkedDistillationLoss)?.ChunkRows,
            LoraRank = training.Lora?.Rank,
            LoraTargetModules = training.Lora?.TargetModules ?? LoraOptions.AllModules,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(Device is DeviceType.CPU or DeviceType.CUDA, Device, "CPU or CUDA")
            .Require(Dtype is ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16, Dtype, "Float32, Float64 or BFloat16")
            .Require(GradientAccumulationSteps >= 1, GradientAccumulationSteps, "at least 1")
            .Require(Threads >= 1, Threads, "at least 1")
            .Require(LossChunkRows is null or >= 1, LossChunkRows, "at least 1")
            .Require(LoraRank is null or >= 1, LoraRank, "at least 1")
            .Require(
                LoraTargetModules is { Count: > 0 } && LoraTargetModules.All(LoraOptions.AllModules.Contains),
                LoraTargetModules is null ? null : string.Join(',', LoraTargetModules),
                $"some of {string.Join(", ", LoraOptions.AllModules)}",
                nameof(LoraTargetModules)
            )
            .Found;
}
