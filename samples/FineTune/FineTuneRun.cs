using System.Text;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Loads, trains, and says in one line what went wrong.</summary>
internal static class FineTuneRun
{
    public static async Task<int> ExecuteAsync(FineTuneSettings settings, StopSignal stop)
    {
        ProgressLine line = new(settings.Training.LoggingSteps);
        try
        {
            InvalidOptionsException.ThrowIfAny(nameof(FineTuningOptions), settings.Training.FindErrors());
            await TrainAsync(settings, line, stop.Token);
            return ExitCode.Done;
        }
        catch (InvalidOptionsException exception)
        {
            Fail(
                line,
                string.Join("; ", exception.Errors.Select(error => $"--{Kebab(error.Name)} is {error.Value}; it must be {error.Range}"))
            );
            return ExitCode.Usage;
        }
        catch (MemoryPlanException exception)
        {
            Fail(line, MemoryReport.Describe(exception));
            return ExitCode.Failed;
        }
        catch (FineTuningCanceledException exception)
        {
            line.WriteLine($"Stopped after step {exception.Step}. To go on, give the same options and --resume {exception.Checkpoint}");
            return stop.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Fail(line, "stopped before the first step; nothing was written.");
            return stop.ExitCode;
        }
        catch (Exception exception)
        {
            Fail(line, exception.Message);
            return ExitCode.Failed;
        }
    }

    private static async Task TrainAsync(FineTuneSettings settings, ProgressLine line, CancellationToken stop)
    {
        Device device = TorchDevice.Parse(settings.Device);
        FineTuningOptions options = settings.Training with { Logger = new ConsoleLog(line) };
        ModelSource source = ModelSource.Find(settings);
        source.RequireOther(settings.MergeDirectory);
        CodeTokenizer tokenizer = source.LoadTokenizer();
        SampleTokenizerOptions lengths = new() { MaxLength = settings.MaxLength };
        TrainingData data = TrainingData.Load(settings.TrainFiles, tokenizer, lengths, stop);
        TrainingData? validation =
            settings.ValidationFiles.Count > 0
                ? TrainingData.Load(settings.ValidationFiles, tokenizer, lengths, stop).Take(settings.MaxEvaluationSamples ?? int.MaxValue)
                : null;
        line.WriteLine(
            $"{data.Samples.Count:N0} samples of {data.Samples.Sum(sample => (long)sample.Tokens.Length):N0} tokens, "
                + $"{data.Overlong.Count:N0} longer than {settings.MaxLength} left out."
        );

        if (settings.PlanOnly || data.Samples.Count > 0)
        {
            MemoryReport.Show(settings, source.LoadConfig(tokenizer), data, device, line);
        }

        if (settings.PlanOnly)
        {
            return;
        }

        using CausalLanguageModel model = source.LoadModel(tokenizer, device, TorchDevice.ParseDtype(settings.Dtype), options.Seed, stop);
        line.WriteLine($"{model.ParameterCount:N0} parameters on {device}, {options.Threads} threads, {settings.Dtype}{StoredAs(model)}.");
        ConsoleReport report = new(line);
        List<ITrainerCallback> callbacks = [];
        if (validation is not null)
        {
            callbacks.Add(
                new EvaluationCallback(
                    validation,
                    tokenizer,
                    new EvaluationCallbackOptions
                    {
                        EverySteps = settings.EvaluationSteps,
                        BatchSize = options.PerDeviceTrainBatchSize,
                        MaskRate = settings.EvaluationMaskRate,
                        MaskSeed = (uint)options.Seed,
                        MaskStrategies = options.MaskStrategies,
                    }
                )
            );
        }

        using TaskEvaluation? tasks = settings.Tasks is null ? null : await TaskEvaluation.OpenAsync(settings.Tasks, tokenizer, stop);
        if (tasks is not null)
        {
            callbacks.Add(tasks.Callback);
        }

        if (settings.LoggingDirectory is { } events)
        {
            callbacks.Add(new TensorBoardCallback(events));
        }

        callbacks.Add(report);
        ReflectionFineTuner tuner = new(model, tokenizer, options with { Callbacks = callbacks });
        FineTuningResult result = await tuner.TrainAsync(data, report, stop);
        report.ShowEvaluation();
        Console.WriteLine(
            $"Trained {result.Steps} steps in {result.Elapsed:h\\:mm\\:ss}. "
                + $"{(options.Lora is null ? "Model" : "Adapter")}: {options.OutputDirectory}, metrics: {options.MetricsPath}"
        );
        if (tasks is not null && BestCheckpoint.Find(options.OutputDirectory) is { } best)
        {
            Console.WriteLine($"Best at step {best.Step}, pass@1 {best.Score:F4}: {best.Directory}");
        }

        if (settings.MergeDirectory is { } merged)
        {
            model.MergeAdapter();
            PretrainedModel.Save(merged, model, tokenizer, new ModelSaveOptions { MaxShardSize = options.MaxShardSize });
            Console.WriteLine($"Merged model: {merged}");
        }
    }

    /// <summary>What the base's weights are stored in, where that is not what they are loaded in.</summary>
    private static string StoredAs(CausalLanguageModel model) =>
        model.StoredDtype is { } stored && stored != model.Dtype ? $" (stored as {stored})" : "";

    private static void Fail(ProgressLine line, string message)
    {
        line.Close();

        // Native errors carry a stack below their first line.
        string first = message.AsSpan().TrimStart().ToString().Split('\n')[0].TrimEnd();
        Console.Error.WriteLine("error: " + first);
    }

    private static string Kebab(string name)
    {
        StringBuilder kebab = new();
        foreach (char letter in name)
        {
            if (letter == '.')
            {
                continue; // Lora.Rank is --lora-rank
            }

            if (char.IsUpper(letter) && kebab.Length > 0)
            {
                kebab.Append('-');
            }

            kebab.Append(char.ToLowerInvariant(letter));
        }

        return kebab.ToString();
    }
}
