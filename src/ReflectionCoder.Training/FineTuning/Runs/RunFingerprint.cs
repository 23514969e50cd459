using System.Globalization;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Optimization;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// What a run and the run that resumes it must share. Where results go, how often they are saved and how a global batch is split isn't in
/// it.
/// </summary>
internal static class RunFingerprint
{
    /// <summary>Compared only where both models say what they are: one without an identity may be any.</summary>
    private const string ModelName = "model";

    public static IReadOnlyDictionary<string, string> Describe(
        FineTuningOptions options,
        ICausalLanguageModel model,
        long maxSteps,
        IReadOnlyDictionary<string, string> further
    )
    {
        long warmupSteps = WarmupSteps(options, maxSteps);
        var described = new SortedDictionary<string, string>(further.ToDictionary(), StringComparer.Ordinal)
        {
            ["distillation"] = options.Distillation ? "true" : "false",
            ["global_batch_size"] = Text(options.GlobalBatchSize),
            ["kl_weight"] = Text(options.KlWeight),
            ["learning_rate"] = Text(options.LearningRate),
            ["learning_rate_schedule"] = options.LearningRateSchedule.Identity,
            ["loss"] = options.Loss.Identity,
            ["loss_normalizer"] = options.LossNormalizer.Identity,
            ["mask_rate_schedule"] = options.MaskRateSchedule.Identity,
            ["mask_strategies"] = string.Join('+', options.MaskStrategies.Select(strategy => strategy.Identity)),
            ["max_grad_norm"] = Text(options.MaxGradNorm),
            ["max_steps"] = Text(maxSteps),
            ["model_dtype"] = model.OutputWeight.dtype.ToString(),
            ["model_vocabulary"] = Text(model.VocabularySize),
            ["optimizer"] = options.EffectiveOptimizer.Identity,
            ["sampler"] = options.Sampler.Identity,
            ["seed"] = Text(options.Seed),
            ["warmup_steps"] = Text(warmupSteps),
        };
        if (model.Identity is { } identity)
        {
            described[ModelName] = identity;
        }

        if (options.Lora is not null && model is IAdaptableModel { Adapter: { } adapter } adaptable)
        {
            LoraOptions lora = adapter.Options;
            described["base_weights"] = BaseFingerprint.Of(adaptable);
            described["lora"] =
                $"rank {Text(lora.Rank)}, scaling {Text(lora.Scaling)}, dropout {Text(lora.Dropout)}, "
                + $"{string.Join('+', lora.TargetModules)}";
        }

        return described;
    }

    public static long WarmupSteps(FineTuningOptions options, long maxSteps) => LearningRateWarmup.Steps(options.WarmupRatio, maxSteps);

    /// <exception cref="CheckpointException">The checkpoint belongs to another run.</exception>
    public static void Check(TrainingCheckpoint checkpoint, IReadOnlyDictionary<string, string> options, string dataFingerprint)
    {
        TrainerState state = checkpoint.State;
        List<string> differences =
        [
            .. state
                .Options.Keys.Union(options.Keys)
                .Where(name => state.Options.GetValueOrDefault(name) != options.GetValueOrDefault(name))
                .Where(name => name != ModelName || (state.Options.ContainsKey(name) && options.ContainsKey(name)))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                    $"{name} was {state.Options.GetValueOrDefault(name, "absent")} and is now {options.GetValueOrDefault(name, "absent")}"
                ),
        ];
        if (state.DataFingerprint != dataFingerprint)
        {
            differences.Add(
                $"the samples are not the same (fingerprint {state.DataFingerprint[..Math.Min(12, state.DataFingerprint.Length)]} then, "
                    + $"{dataFingerprint[..12]} now)"
            );
        }

        if (differences.Count > 0)
        {
            throw CheckpointException.OfAnotherRun(checkpoint.Directory, differences);
        }
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
