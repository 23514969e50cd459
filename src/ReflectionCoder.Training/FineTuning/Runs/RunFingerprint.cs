using System.Globalization;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Optimization;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>What a run and the run that resumes it must share. Where results go, how often they are saved and how a global batch is split isn't in it.</summary>
internal static class RunFingerprint
{
    private static readonly long[] Probes = [0, 100, 400, 700, 1000];

    public static IReadOnlyDictionary<string, string> Describe(FineTuningOptions options, ICausalLanguageModel model, long maxSteps)
    {
        long warmupSteps = WarmupSteps(options, maxSteps);
        var described = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["adam_beta1"] = Text(options.AdamBeta1),
            ["adam_beta2"] = Text(options.AdamBeta2),
            ["adam_epsilon"] = Text(options.AdamEpsilon),
            ["distillation"] = options.Distillation ? "true" : "false",
            ["global_batch_size"] = Text(options.GlobalBatchSize),
            ["kl_weight"] = Text(options.KlWeight),
            ["learning_rate"] = Text(options.LearningRate),
            ["learning_rate_schedule"] = Curve(options.LearningRateSchedule, step => options.LearningRateSchedule.GetFactor(step, Probes[1], Probes[^1])),
            ["loss"] = options.Loss.GetType().Name,
            ["loss_normalizer"] = options.LossNormalizer.GetType().Name,
            ["mask_rate_schedule"] = Curve(options.MaskRateSchedule, step => options.MaskRateSchedule.GetRate(step, Probes[^1])),
            ["mask_strategies"] = string.Join('+', options.MaskStrategies.Select(Name)),
            ["master_weights"] = options.MasterWeights ? "true" : "false",
            ["max_grad_norm"] = Text(options.MaxGradNorm),
            ["max_steps"] = Text(maxSteps),
            ["model_dtype"] = model.OutputWeight.dtype.ToString(),
            ["model_vocabulary"] = Text(model.VocabularySize),
            ["sampler"] = options.Sampler.GetType().Name,
            ["seed"] = Text(options.Seed),
            ["warmup_steps"] = Text(warmupSteps),
            ["weight_decay"] = Text(options.WeightDecay),
        };
        if (options.Lora is not null && model is IAdaptableModel { Adapter: { } adapter } adaptable)
        {
            LoraOptions lora = adapter.Options;
            described["base_weights"] = BaseFingerprint.Of(adaptable);
            described["lora"] = $"rank {Text(lora.Rank)}, scaling {Text(lora.Scaling)}, dropout {Text(lora.Dropout)}, {string.Join('+', lora.TargetModules)}";
        }

        return described;
    }

    public static long WarmupSteps(FineTuningOptions options, long maxSteps) => LearningRateWarmup.Steps(options.WarmupRatio, maxSteps);

    /// <exception cref="ResumeMismatchException">The checkpoint belongs to another run.</exception>
    public static void Check(TrainingCheckpoint checkpoint, IReadOnlyDictionary<string, string> options, string dataFingerprint)
    {
        TrainerState state = checkpoint.State;
        List<string> differences =
        [
            .. state.Options.Keys.Union(options.Keys)
                .Where(name => state.Options.GetValueOrDefault(name) != options.GetValueOrDefault(name))
                .Order(StringComparer.Ordinal)
                .Select(name => $"{name} was {state.Options.GetValueOrDefault(name, "absent")} and is now {options.GetValueOrDefault(name, "absent")}"),
        ];
        if (state.DataFingerprint != dataFingerprint)
        {
            differences.Add($"the samples are not the same (fingerprint {state.DataFingerprint[..Math.Min(12, state.DataFingerprint.Length)]} then, {dataFingerprint[..12]} now)");
        }

        if (differences.Count > 0)
        {
            throw new ResumeMismatchException(checkpoint.Directory, differences);
        }
    }

    /// <summary>A schedule by its values in a run of a thousand steps, because its name doesn't tell how it was set up.</summary>
    private static string Curve(object schedule, Func<long, double> valueAt) =>
        $"{schedule.GetType().Name}({string.Join(", ", Probes.Select(step => valueAt(step).ToString("G4", CultureInfo.InvariantCulture)))})";

    private static string Name(IMaskStrategy strategy) =>
        strategy is BlockTypeMask block ? $"{block.Name}({string.Join(", ", block.Order)})" : strategy.Name;

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
