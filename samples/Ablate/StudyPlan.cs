using System.Globalization;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Masking;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Samples.Ablate.Arms;
using ReflectionCoder.Samples.Ablate.Measuring;
using ReflectionCoder.Samples.Ablate.Training;

namespace ReflectionCoder.Samples.Ablate;

/// <summary>The runs' options, and what tells one row's settings from another's.</summary>
internal sealed class StudyPlan
{
    /// <summary>Begins the settings that decide what is measured of a model, and not what it learns.</summary>
    private const string Measured = "measured_";

    private readonly StudySettings settings;
    private readonly SortedDictionary<string, string> shared;
    private readonly Dictionary<string, string> bases;

    /// <summary>Reads the input folders to know their content.</summary>
    /// <exception cref="IOException">A file is missing or can't be read; the message names it.</exception>
    public StudyPlan(StudySettings settings)
    {
        this.settings = settings;
        shared = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["base"] = StudyFiles.Hash(StudyFiles.FindBase("--base", settings.BaseDirectory)),
            ["data"] = StudyFiles.Hash(StudyFiles.FindData(settings.DataDirectory)),
            ["steps"] = Text(settings.Steps),
            ["batch_size"] = Text(settings.BatchSize),
            ["max_new_tokens"] = Text(settings.MaxNewTokens),
            [Measured + "tasks"] = settings.Tasks is { } tasks ? Text(tasks) : "all",
            [Measured + "samples"] = settings.Samples is { } samples ? Text(samples) : "all",
        };
        if (settings.Domain != Domain.Python)
        {
            shared["verifier"] = settings.Domain.Verifier; // rows of the default, made before there was another, stay what they are
        }

        foreach ((string name, string file) in settings.OtherTasks)
        {
            shared[$"{Measured}other_{name}"] = StudyFiles.Hash([file]);
        }

        Study = StudyFiles.Hash(shared);
        bases = settings.Bases.ToDictionary(pair => pair.Key, pair => StudyFiles.Hash(StudyFiles.FindBase("--bases", pair.Value)));
        Inputs = StudyFiles.Hash(shared.Where(pair => pair.Key is "base" or "data").ToDictionary());
    }

    /// <summary>Hash of what all rows share that may be compared. Learning rates aren't in it: each arm's stands in its row.</summary>
    public string Study { get; }

    /// <summary>Hash of base and data.</summary>
    public string Inputs { get; }

    /// <summary>Hash of an arm's settings.</summary>
    public string Fingerprint(Arm arm) => StudyFiles.Hash(Describe(arm));

    /// <summary>
    /// Hash of those of a row's settings that decide what the model learns: one that is there already isn't trained again to measure more
    /// of it.
    /// </summary>
    public static string TrainingFingerprint(IReadOnlyDictionary<string, string> described) =>
        StudyFiles.Hash(described.Where(pair => !pair.Key.StartsWith(Measured, StringComparison.Ordinal)).ToDictionary());

    /// <summary>Everything that decides what is measured of a base beside the machine.</summary>
    /// <param name="name">Its name among the further bases; null for the study's.</param>
    public SortedDictionary<string, string> DescribeBase(string? name)
    {
        SortedDictionary<string, string> described = new(shared, StringComparer.Ordinal);
        if (name is not null)
        {
            described["base"] = bases[name];
        }

        return described;
    }

    /// <summary>Everything that decides an arm's result beside seed and machine.</summary>
    public IReadOnlyDictionary<string, string> Describe(Arm arm)
    {
        SortedDictionary<string, string> described = DescribeBase(arm.Base);
        FineTuningOptions options = Options(arm, 0, "described");
        described["start"] = arm.IsSecondRound ? $"first round {FullFingerprint()}" : "base";
        described["steps"] = Text(options.MaxSteps!.Value);
        if (arm.EqualCompute is not null)
        {
            // How many these are differs from seed to seed, and follows from two runs whose settings are these.
            described["steps"] = $"as many as take the operations of {ArmCatalog.Full} {FullFingerprint()}";
        }

        described["learning_rate"] = Text(options.LearningRate);
        described["learning_rate_schedule"] = options.LearningRateSchedule.Identity;
        described["warmup_ratio"] = Text(options.WarmupRatio);
        described["max_grad_norm"] = Text(options.MaxGradNorm);
        described["optimizer"] =
            $"adamw({Text(options.AdamBeta1)}, {Text(options.AdamBeta2)}, {Text(options.AdamEpsilon)}, decay {Text(options.WeightDecay)})";
        if (arm.OnPolicy)
        {
            OnPolicyOptions onPolicy = OnPolicy(arm, options);
            described["method"] = "on-policy distillation";
            described["divergence"] = onPolicy.Divergence.ToString();
            described["teacher_decay"] = onPolicy.TeacherDecay is { } decay ? Text(decay) : "none";
            described["temperature"] = Text(onPolicy.Generation.Temperature);
            if (arm.ShowsSolution)
            {
                described["teacher_sees"] = "attempt, output, solution";
            }

            described["answers_per_task"] = Text(onPolicy.RolloutsPerTask);
            return described;
        }

        described["method"] = options.Distillation ? "distillation" : "plain fine-tuning";
        described["samples"] = Describe(arm.Reflections) + (arm.IsAlone ? ", no instructions" : "");
        if (arm.IsAuthored)
        {
            described["first_round"] = FullFingerprint();
        }

        described["loss"] = options.Loss.Identity;
        described["sampler"] = options.Sampler.Identity;
        if (options.Distillation)
        {
            described["kl_weight"] = Text(options.KlWeight);
            described["mask_strategies"] = arm.MeasuredOrder
                ? $"block(by importance on the base, least first, of {StartModel.ImportanceSamples} samples)"
                : string.Join('+', options.MaskStrategies.Select(strategy => strategy.Identity));
            described["mask_rate_schedule"] = options.MaskRateSchedule.Identity;
        }

        return described;
    }

    /// <summary>The options of a prepared arm's run.</summary>
    public FineTuningOptions Options(PreparedArm prepared, long seed, string folder)
    {
        FineTuningOptions options = Options(prepared.Arm, seed, folder, prepared.Steps);
        return prepared.BlockOrder is { } order ? options with { MaskStrategies = [MaskStrategies.BlockType(order)] } : options;
    }

    /// <summary>The options of an on-policy arm's run: as many answers a step as the others have samples, one a task.</summary>
    public OnPolicyOptions OnPolicy(Arm arm, FineTuningOptions options) =>
        new()
        {
            Training = options,
            Generation = new GenerationOptions { Temperature = 1, MaxNewTokens = settings.MaxNewTokens },
            AnswerPrefix = settings.Domain.AnswerPrefix,
            TeacherDecay = arm.TeacherDecay,
        };

    /// <summary>Tells the models of <see cref="ArmCatalog.Full"/> that other arms go by from those of other settings.</summary>
    private string FullFingerprint() => TrainingFingerprint(Describe(ArmCatalog.Find(ArmCatalog.Full)));

    /// <summary>The options of an arm's run, as far as they are known before it is prepared.</summary>
    private FineTuningOptions Options(Arm arm, long seed, string folder, long? steps = null)
    {
        FineTuningOptions options = new()
        {
            OutputDirectory = folder,
            Resume = true,
            MaxSteps = steps ?? (settings.Steps * (arm.Tuned?.Length ?? 1)),
            PerDeviceTrainBatchSize = settings.BatchSize,
            GradientAccumulationSteps = 1,
            LearningRate = (arm.OnPolicy ? settings.OnPolicyLearningRate : settings.LearningRate) * (arm.Tuned?.Rate ?? 1),
            Seed = seed,
            Threads = settings.Threads,
            SaveSteps = settings.SaveSteps,
            SaveTotalLimit = 1,
            MetricsPath = Path.Combine(folder, "metrics.jsonl"),
        };
        return arm.Change(options);
    }

    private static string Describe(ReflectionChoice reflections) =>
        reflections switch
        {
            ReflectionChoice.FinalCode => "last request and final code",
            ReflectionChoice.MostDivergent => "more divergent half on the base, twice",
            ReflectionChoice.LeastDivergent => "less divergent half on the base, twice",
            ReflectionChoice.WeighedByDivergence => "whole reflection, weighed by the base's divergence",
            ReflectionChoice.WrittenBefore => "the data's, of tasks that the model of the first round fails",
            ReflectionChoice.WrittenByModel => "wrong attempts by the model of the first round, form 1",
            _ => "whole reflection",
        };

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
