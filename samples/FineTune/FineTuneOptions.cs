using System.CommandLine;
using System.CommandLine.Parsing;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>The command line: Hugging Face's names in kebab case, the paper's values as defaults.</summary>
internal sealed class FineTuneOptions
{
    private static readonly FineTuningOptions Default = new() { OutputDirectory = "" };
    private static readonly LoraOptions DefaultLora = new();

    private readonly Option<string?> model = new("--model")
    {
        Description = "Folder of a Hugging Face model to fine-tune.",
        HelpName = "DIR",
    };
    private readonly Option<string?> init = new("--init")
    {
        Description = "config.json of a model to train from scratch, with the tokenizer beside it, else a byte-level one.",
        HelpName = "CONFIG.json",
    };
    private readonly Option<bool> trainTokenizer = new("--train-tokenizer")
    {
        Description = "With --init: learn a byte-level BPE tokenizer from the training files that fills the configured vocabulary.",
    };
    private readonly Option<string[]> train = new("--train")
    {
        Description = "JSONL files of samples.",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string> output = new("--output")
    {
        Description = "Where checkpoints and the trained model go.",
        HelpName = "DIR",
        Required = true,
    };
    private readonly Option<bool> overwrite = new("--overwrite-output-dir")
    {
        Description = "Start anew in an output folder that holds an earlier run, and remove that.",
    };
    private readonly Option<string?> resume = new("--resume")
    {
        Description = "Go on from this checkpoint; without a value, from the newest of the output folder.",
        HelpName = "DIR",
        Arity = ArgumentArity.ZeroOrOne,
    };
    private readonly Option<string[]> validation = new("--validation")
    {
        Description = "JSONL files to measure the model on, at the start and the end.",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<long?> evalSteps = new("--eval-steps") { Description = "Also measure every so many steps." };
    private readonly Option<int?> maxEvalSamples = new("--max-eval-samples")
    {
        Description = "Measure on the first so many validation samples alone.",
    };
    private readonly Option<double> evalMaskRate = Valued("--eval-mask-rate", 1.0, "Mask rate of the validation's distillation loss.");
    private readonly Option<double> learningRate = Valued("--learning-rate", Default.LearningRate, "Peak learning rate.");
    private readonly Option<string> scheduler = Chosen(
        "--lr-scheduler-type",
        "cosine",
        "Learning rate after the warm-up.",
        LearningRateScheduleNames.All
    );
    private readonly Option<double> warmupRatio = Valued(
        "--warmup-ratio",
        Default.WarmupRatio,
        "Share of the steps over which the learning rate rises."
    );
    private readonly Option<double> epochs = Valued("--num-train-epochs", Default.NumTrainEpochs, "Passes over the data.");
    private readonly Option<long?> maxSteps = new("--max-steps") { Description = "Optimizer steps; replaces --num-train-epochs." };
    private readonly Option<int> batchSize = Valued(
        "--per-device-train-batch-size",
        Default.PerDeviceTrainBatchSize,
        "Samples in memory at once."
    );
    private readonly Option<int> accumulation = Valued(
        "--gradient-accumulation-steps",
        Default.GradientAccumulationSteps,
        "Micro-batches of an optimizer step."
    );
    private readonly Option<bool> gradientCheckpointing = new("--gradient-checkpointing")
    {
        Description = "Compute each layer again in backward: less memory, more time, the same numbers.",
    };
    private readonly Option<int> maxLength = Valued("--max-len", 4096, "Longest sample in tokens; longer ones are left out and counted.");
    private readonly Option<double> weightDecay = Valued("--weight-decay", Default.WeightDecay, "AdamW's weight decay.");
    private readonly Option<double> maxGradNorm = Valued("--max-grad-norm", Default.MaxGradNorm, "Bound on the gradient norm; 0 for none.");
    private readonly Option<long> seed = Valued("--seed", Default.Seed, "Seed of sampling, masks and fresh weights.");
    private readonly Option<string[]> mask = new("--mask")
    {
        Description = $"Mask strategies, one drawn a sample: {string.Join(", ", MaskStrategies.Names)}, or none.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => ["block"],
    };

    private readonly Option<string> blockOrder = Valued(
        "--block-order",
        "e,t,c",
        "Order in which block types are hidden: e(xecution), t(ext), c(ode)."
    );
    private readonly Option<double> klWeight = Valued(
        "--kl-weight",
        Default.KlWeight,
        "Weight of the divergence beside the cross entropy."
    );
    private readonly Option<bool> noDistillation = new("--no-distillation")
    {
        Description = "Plain fine-tuning on the same samples: cross entropy alone.",
    };
    private readonly Option<string> device = Valued("--device", "auto", "cpu, cuda, cuda:N or auto.");
    private readonly Option<string> dtype = Chosen("--dtype", "float32", "Element type of the weights.", "float32", "bfloat16");
    private readonly Option<bool> noMasterWeights = new("--no-master-weights")
    {
        Description = "With bfloat16: update the weights themselves instead of float32 masters.",
    };
    private readonly Option<int?> loraRank = new("--lora-rank")
    {
        Description = "Train a LoRA adapter of this rank and the markers' rows alone; the output holds the adapter, as PEFT lays it out.",
    };
    private readonly Option<double> loraAlpha = Valued("--lora-alpha", DefaultLora.Alpha, "The adapter is scaled by alpha / rank.");
    private readonly Option<double> loraDropout = Valued("--lora-dropout", DefaultLora.Dropout, "Dropout before the adapter.");
    private readonly Option<string> loraTargetModules = Valued(
        "--lora-target-modules",
        string.Join(',', DefaultLora.TargetModules),
        "Projections that get one."
    );
    private readonly Option<bool> useRslora = new("--use-rslora") { Description = "Scale the adapter by alpha / sqrt(rank)." };
    private readonly Option<string?> merge = new("--merge")
    {
        Description = "With --lora-rank: also write the model with the adapter merged into it, a plain checkpoint.",
        HelpName = "DIR",
    };
    private readonly Option<int> threads = Valued("--threads", Default.Threads, "CPU threads.");
    private readonly Option<long> saveSteps = Valued("--save-steps", Default.SaveSteps, "Steps between checkpoints; 0 for none.");
    private readonly Option<int?> saveTotalLimit = new("--save-total-limit") { Description = "Checkpoints to keep; all where left out." };
    private readonly Option<string> maxShardSize = Valued(
        "--max-shard-size",
        "5GB",
        "Most bytes of weights in a saved file, such as 5GB or 500MB."
    );
    private readonly Option<long> loggingSteps = Valued(
        "--logging-steps",
        Default.LoggingSteps,
        "Steps between progress lines where output is no terminal."
    );
    private readonly Option<string?> metrics = new("--metrics")
    {
        Description = "JSONL file with one object a step; OUTPUT/metrics.jsonl where left out.",
        HelpName = "FILE",
    };
    private readonly Option<string?> loggingDirectory = new("--logging-dir")
    {
        Description = "Folder for TensorBoard events; none where left out.",
        HelpName = "DIR",
    };
    private readonly Option<bool> plan = new("--plan")
    {
        Description = "Print what memory the run would need, and stop; no weight is loaded.",
    };
    private readonly Option<string?> memoryLimit = new("--memory-limit")
    {
        Description = "Memory the run may take, such as 24GB; on the CPU what the system has where left out.",
        HelpName = "SIZE",
    };
    private readonly Option<bool> noMemoryCheck = new("--no-memory-check")
    {
        Description = "Start even where the estimate says that memory won't do.",
    };

    private readonly TaskArguments tasks = new();

    public FineTuneOptions()
    {
        Root = new RootCommand("Fine-tunes a code model on reflection sequences with dynamically masked self-distillation.")
        {
            model,
            init,
            trainTokenizer,
            train,
            output,
            overwrite,
            resume,
            validation,
            evalSteps,
            maxEvalSamples,
            evalMaskRate,
            learningRate,
            scheduler,
            warmupRatio,
            epochs,
            maxSteps,
            batchSize,
            accumulation,
            gradientCheckpointing,
            maxLength,
            weightDecay,
            maxGradNorm,
            seed,
            mask,
            blockOrder,
            klWeight,
            noDistillation,
            device,
            dtype,
            noMasterWeights,
            loraRank,
            loraAlpha,
            loraDropout,
            loraTargetModules,
            useRslora,
            merge,
            threads,
            saveSteps,
            saveTotalLimit,
            maxShardSize,
            loggingSteps,
            metrics,
            loggingDirectory,
            plan,
            memoryLimit,
            noMemoryCheck,
        };
        tasks.AddTo(Root);
        mask.Validators.Add(result => Check(result, () => MaskStrategies.Parse(Joined(result.GetValueOrDefault<string[]>()))));
        blockOrder.Validators.Add(result => Check(result, () => MaskStrategies.ParseBlockOrder(result.GetValueOrDefault<string>() ?? "")));
        evalSteps.Validators.Add(result => Check(result, () => AtLeast(1, "--eval-steps", result.GetValueOrDefault<long?>())));
        maxEvalSamples.Validators.Add(result => Check(result, () => AtLeast(1, "--max-eval-samples", result.GetValueOrDefault<int?>())));
        evalMaskRate.Validators.Add(result => Check(result, () => Rate("--eval-mask-rate", result.GetValueOrDefault<double>())));
        memoryLimit.Validators.Add(result => Check(result, () => Size(result.GetValueOrDefault<string?>())));
        maxLength.Validators.Add(result => Check(result, () => AtLeast(3, "--max-len", result.GetValueOrDefault<int>())));
        maxShardSize.Validators.Add(result => Check(result, () => ModelSaveOptions.ParseSize(result.GetValueOrDefault<string>() ?? "")));
        Root.Validators.Add(result =>
        {
            if (result.GetValue(model) is not null && result.GetValue(init) is not null)
            {
                result.AddError("Give --model or --init, not both.");
            }
            else if (result.GetValue(model) is null && result.GetValue(init) is null && result.GetResult(resume) is null)
            {
                result.AddError("Give --model DIR or --init CONFIG.json.");
            }
            else if (result.GetValue(trainTokenizer) && result.GetValue(init) is null)
            {
                result.AddError("--train-tokenizer goes with --init: a model that exists has its tokenizer.");
            }
            else if (result.GetValue(loraRank) is not null && result.GetValue(init) is not null)
            {
                result.AddError("--lora-rank goes with --model: fresh weights are saved nowhere, so nothing could use their adapter.");
            }
            else if (
                result.GetValue(loraRank) is null
                && new Option[] { loraAlpha, loraDropout, loraTargetModules, useRslora, merge }.Any(option =>
                    result.GetResult(option) is { Implicit: false }
                )
            )
            {
                result.AddError("--lora-alpha, --lora-dropout, --lora-target-modules, --use-rslora and --merge go with --lora-rank.");
            }
            else if (
                result.GetValue(merge) is { } merged
                && result.GetValue(output) is { } folder
                && Path.GetRelativePath(folder, merged) == "."
            )
            {
                result.AddError(
                    "--merge needs a folder of its own: --output holds the adapter, and readers would put it on top of the merged model."
                );
            }
        });
    }

    public RootCommand Root { get; }

    public FineTuneSettings Read(ParseResult result)
    {
        string directory = result.GetRequiredValue(output);
        string? checkpoint = result.GetValue(resume);
        return new FineTuneSettings
        {
            ModelDirectory = result.GetValue(model),
            InitConfig = result.GetValue(init),
            TrainTokenizer = result.GetValue(trainTokenizer),
            TrainFiles = result.GetRequiredValue(train),
            ValidationFiles = result.GetValue(validation) ?? [],
            EvaluationSteps = result.GetValue(evalSteps),
            MaxEvaluationSamples = result.GetValue(maxEvalSamples),
            Tasks = tasks.Read(result),
            EvaluationMaskRate = result.GetValue(evalMaskRate),
            MaxLength = result.GetValue(maxLength),
            Device = result.GetRequiredValue(device),
            Dtype = result.GetRequiredValue(dtype),
            PlanOnly = result.GetValue(plan),
            MemoryLimit = Size(result.GetValue(memoryLimit)),
            MemoryCheck = !result.GetValue(noMemoryCheck),
            LoggingDirectory = result.GetValue(loggingDirectory),
            MergeDirectory = result.GetValue(merge),
            Training = new FineTuningOptions
            {
                OutputDirectory = directory,
                OverwriteOutputDirectory = result.GetValue(overwrite),
                Resume = checkpoint is null && result.GetResult(resume) is not null,
                ResumeFromCheckpoint = checkpoint,
                LearningRate = result.GetValue(learningRate),
                LearningRateSchedule = LearningRateScheduleNames.Find(result.GetRequiredValue(scheduler)),
                WarmupRatio = result.GetValue(warmupRatio),
                NumTrainEpochs = result.GetValue(epochs),
                MaxSteps = result.GetValue(maxSteps),
                PerDeviceTrainBatchSize = result.GetValue(batchSize),
                GradientAccumulationSteps = result.GetValue(accumulation),
                Lora = result.GetValue(loraRank) is not { } rank
                    ? null
                    : new LoraOptions
                    {
                        Rank = rank,
                        Alpha = result.GetValue(loraAlpha),
                        Dropout = result.GetValue(loraDropout),
                        TargetModules = result.GetRequiredValue(loraTargetModules).Split(',', StringSplitOptions.TrimEntries),
                        UseRslora = result.GetValue(useRslora),
                    },
                MasterWeights = !result.GetValue(noMasterWeights),
                GradientCheckpointing = result.GetValue(gradientCheckpointing),
                WeightDecay = result.GetValue(weightDecay),
                MaxGradNorm = result.GetValue(maxGradNorm),
                Seed = result.GetValue(seed),
                MaskStrategies = MaskStrategies.Parse(
                    Joined(result.GetValue(mask)),
                    MaskStrategies.ParseBlockOrder(result.GetRequiredValue(blockOrder))
                ),
                KlWeight = result.GetValue(klWeight),
                Distillation = !result.GetValue(noDistillation),
                Threads = result.GetValue(threads),
                SaveSteps = result.GetValue(saveSteps),
                SaveTotalLimit = result.GetValue(saveTotalLimit),
                MaxShardSize = ModelSaveOptions.ParseSize(result.GetRequiredValue(maxShardSize)),
                LoggingSteps = result.GetValue(loggingSteps),
                MetricsPath = result.GetValue(metrics) ?? Path.Combine(directory, "metrics.jsonl"),
            },
        };
    }

    private static Option<T> Valued<T>(string name, T value, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<string> Chosen(string name, string value, string description, params string[] choices)
    {
        Option<string> option = Valued(name, value, description);
        option.AcceptOnlyFromAmong(choices);
        return option;
    }

    private static void Check(OptionResult result, Action parse)
    {
        try
        {
            parse();
        }
        catch (FormatException exception)
        {
            result.AddError(exception.Message);
        }
    }

    private static void AtLeast(long least, string name, long? value)
    {
        if (value < least)
        {
            throw new FormatException($"{name} is {value}; it must be at least {least}.");
        }
    }

    private static void Rate(string name, double value)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw new FormatException($"{name} is {value}; it must be from 0 to 1.");
        }
    }

    private static long? Size(string? text) => text is null ? null : MemoryAmount.Parse(text);

    private static string Joined(string[]? values) => string.Join(',', values ?? []);
}
