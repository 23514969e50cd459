using System.Globalization;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.FineTuning;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples.OnPolicy;

/// <summary>Loads, trains with a line a step, and says in one line what went wrong.</summary>
internal static class OnPolicyRun
{
    public static async Task<int> ExecuteAsync(OnPolicySettings settings, StopSignal stop)
    {
        try
        {
            if (settings.Options.Training.GlobalBatchSize != settings.Rollouts)
            {
                return Failures.Report(
                    new ArgumentException("--rollouts must be a multiple of --per-device-train-batch-size."),
                    ExitCode.Usage
                );
            }

            InvalidOptionsException.ThrowIfAny(nameof(OnPolicyOptions), settings.Options.FindErrors());
            await TrainAsync(settings, stop.Token);
            return ExitCode.Done;
        }
        catch (InvalidOptionsException exception)
        {
            return Failures.Report(exception, ExitCode.Usage);
        }
        catch (FineTuningCanceledException exception)
        {
            Console.WriteLine($"Stopped after step {exception.Step}. To go on, give the same options and --resume.");
            return stop.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped before the first step; nothing was written.");
            return stop.ExitCode;
        }
        catch (Exception exception) when (Failures.IsExpected(exception) || exception is SandboxUnavailableException or ArithmeticException)
        {
            return Failures.Report(exception);
        }
    }

    private static async Task TrainAsync(OnPolicySettings settings, CancellationToken stop)
    {
        List<ProgrammingTask> tasks = TaskSelection.Read(settings.TasksFile, settings.Split, settings.Limit);
        using IDisposable opened = await SandboxChoice.OpenAsync(settings.Unisolated, settings.Options.Training.Threads, stop);
        using PretrainedModel pretrained = Load(settings, stop);
        Console.WriteLine($"{tasks.Count:N0} tasks, {pretrained.Model.ParameterCount:N0} parameters on {pretrained.Model.Device}.");
        OnPolicyDistiller distiller = new(
            pretrained.Model,
            pretrained.Tokenizer,
            OnPolicyDistiller.CreateVerifier((ICodeSandbox)opened),
            settings.Options
        );
        FineTuningResult result = await distiller.TrainAsync(tasks, new StepLines(), stop);
        Console.WriteLine(
            $"Trained {result.Steps} steps in {result.Elapsed:h\\:mm\\:ss}. Model: {result.OutputDirectory}, metrics: "
                + settings.Options.Training.MetricsPath
        );
    }

    private static PretrainedModel Load(OnPolicySettings settings, CancellationToken stop)
    {
        using LoadingLine line = new();
        PretrainedModel pretrained = PretrainedModel.Load(
            new PretrainedModelOptions
            {
                Directory = settings.ModelDirectory,
                Device = settings.Device,
                Dtype = settings.Dtype,
                Seed = settings.Options.Training.Seed,
            },
            line,
            stop
        );
        line.ShowDtype(pretrained.Model, settings.Dtype);
        return pretrained;
    }

    /// <summary>A line a step.</summary>
    private sealed class StepLines : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            double Count(string name) => value.Metrics.GetValueOrDefault(name);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"step {value.Step}/{value.MaxSteps} | rollouts {Count("rollouts")} passed {Count("rollouts_passed")} "
                        + $"taught {Count("rollouts_taught")} cut {Count("rollouts_cut")} | divergence {value.Divergence ?? 0:F4} | "
                        + $"tokens written {Count("answer_tokens")} taught {Count("taught_tokens")} read {value.SampleTokens} | "
                        + $"lr {value.LearningRate:E2} norm {value.GradientNorm:F2} | {value.Elapsed.TotalSeconds:F0} s"
                )
            );
        }
    }
}
