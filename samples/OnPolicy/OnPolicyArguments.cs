using System.CommandLine;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.OnPolicy;

namespace ReflectionCoder.Samples.OnPolicy;

/// <summary>The command line.</summary>
internal sealed class OnPolicyArguments
{
    private static readonly OnPolicyOptions Default = new();

    private static readonly Dictionary<string, DistillationDivergence> Divergences = new(StringComparer.Ordinal)
    {
        ["forward-kl"] = DistillationDivergence.ForwardKl,
        ["reverse-kl"] = DistillationDivergence.ReverseKl,
        ["jensen-shannon"] = DistillationDivergence.JensenShannon,
    };

    private readonly Option<string> model = new("--model")
    {
        Description = "Folder of the model that learns, with its tokenizer.",
        HelpName = "DIR",
        Required = true,
    };
    private readonly Option<string> tasks = new("--tasks")
    {
        Description = "Task file (JSONL): instructions with asserts.",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<string> split = new("--split")
    {
        Description = "Which of the tasks: train, held_out or all.",
        DefaultValueFactory = _ => "train",
    };
    private readonly Option<int?> limit = new Option<int?>("--limit") { Description = "Use so many tasks at most." }.AtLeastOne();
    private readonly Option<string> output = new("--output")
    {
        Description = "Where checkpoints, metrics.jsonl and the trained model go.",
        HelpName = "DIR",
        Required = true,
    };
    private readonly Option<bool> overwrite = new("--overwrite-output-dir")
    {
        Description = "Start anew in an output folder that holds an earlier run, and remove that.",
    };
    private readonly Option<bool> resume = new("--resume") { Description = "Go on from the newest checkpoint of the output folder." };
    private readonly Option<long> maxSteps = new Option<long>("--max-steps")
    {
        Description = "Optimizer steps.",
        DefaultValueFactory = _ => 20,
    }.Require(value => value >= 1, "at least 1");
    private readonly Option<int> rollouts = GenerationArguments.Positive("--rollouts", 32, "Answers of a step.");
    private readonly Option<int> rolloutsPerTask = GenerationArguments.Positive(
        "--rollouts-per-task",
        Default.RolloutsPerTask,
        "Answers that a task gets in a step; divides --rollouts."
    );
    private readonly Option<int> batchSize = GenerationArguments.Positive(
        "--per-device-train-batch-size",
        Default.Training.PerDeviceTrainBatchSize,
        "Answers that are learned from at once; divides --rollouts."
    );
    private readonly Option<string> divergence = new("--divergence")
    {
        Description = "Between student and teacher: forward-kl, reverse-kl or jensen-shannon.",
        DefaultValueFactory = _ => "reverse-kl",
    };
    private readonly Option<double?> teacherDecay = new("--teacher-decay")
    {
        Description = "The teacher's weights are running averages with this decay; the weights themselves where left out.",
    };
    private readonly Option<bool> teachPassed = new("--teach-passed") { Description = "Also teach answers that passed." };
    private readonly Option<double> learningRate = new("--learning-rate")
    {
        Description = "Peak learning rate.",
        DefaultValueFactory = _ => Default.Training.LearningRate,
    };
    private readonly Option<string> scheduler = new("--lr-scheduler-type")
    {
        Description = "Learning rate after the warm-up: cosine, linear or constant.",
        DefaultValueFactory = _ => "cosine",
    };
    private readonly Option<double> warmupRatio = new("--warmup-ratio")
    {
        Description = "Share of the steps over which the learning rate rises.",
        DefaultValueFactory = _ => Default.Training.WarmupRatio,
    };
    private readonly Option<int?> loraRank = new Option<int?>("--lora-rank")
    {
        Description = "Train an adapter of this rank and the markers' rows alone.",
    }.AtLeastOne();
    private readonly Option<long> saveSteps = new("--save-steps")
    {
        Description = "Steps between checkpoints; 0 for none.",
        DefaultValueFactory = _ => Default.Training.SaveSteps,
    };
    private readonly Option<bool> unisolated = SandboxChoice.Unisolated();
    private readonly GenerationArguments generation = new(Default.Generation.Temperature);

    public RootCommand CreateCommand()
    {
        split.AcceptOnlyFromAmong("train", "held_out", "all");
        divergence.AcceptOnlyFromAmong([.. Divergences.Keys]);
        scheduler.AcceptOnlyFromAmong(LearningRateScheduleNames.All);
        RootCommand root = new("Lets a model learn from its own answers: they run in a sandbox, and what came of them teaches.")
        {
            model,
            tasks,
            split,
            limit,
            output,
            overwrite,
            resume,
            maxSteps,
            rollouts,
            rolloutsPerTask,
            batchSize,
            divergence,
            teacherDecay,
            teachPassed,
            learningRate,
            scheduler,
            warmupRatio,
            loraRank,
            saveSteps,
            unisolated,
        };
        generation.AddTo(root);
        return root;
    }

    public OnPolicySettings Read(ParseResult result)
    {
        string folder = result.GetRequiredValue(output);
        GenerationOptions written = generation.Read(result);
        return new OnPolicySettings(
            result.GetRequiredValue(model),
            result.GetRequiredValue(tasks),
            result.GetRequiredValue(split) is "all" ? null : result.GetRequiredValue(split),
            result.GetValue(limit),
            generation.Device(result),
            generation.Dtype(result),
            result.GetValue(unisolated),
            result.GetValue(rollouts),
            new OnPolicyOptions
            {
                Training = Default.Training with
                {
                    OutputDirectory = folder,
                    OverwriteOutputDirectory = result.GetValue(overwrite),
                    Resume = result.GetValue(resume),
                    MetricsPath = Path.Combine(folder, "metrics.jsonl"),
                    MaxSteps = result.GetValue(maxSteps),
                    PerDeviceTrainBatchSize = result.GetValue(batchSize),
                    GradientAccumulationSteps = result.GetValue(rollouts) / result.GetValue(batchSize),
                    LearningRate = result.GetValue(learningRate),
                    LearningRateSchedule = LearningRateScheduleNames.Find(result.GetRequiredValue(scheduler)),
                    WarmupRatio = result.GetValue(warmupRatio),
                    Lora = result.GetValue(loraRank) is { } rank ? new LoraOptions { Rank = rank } : null,
                    Seed = written.Seed,
                    Threads = generation.Threads(result),
                    SaveSteps = result.GetValue(saveSteps),
                },
                Generation = written with { Seed = 0 },
                RolloutsPerTask = result.GetValue(rolloutsPerTask),
                Divergence = Divergences[result.GetRequiredValue(divergence)],
                TeacherDecay = result.GetValue(teacherDecay),
                TeachPassed = result.GetValue(teachPassed),
                AnswerPrefix = generation.AnswerPrefix(result),
            }
        );
    }
}
