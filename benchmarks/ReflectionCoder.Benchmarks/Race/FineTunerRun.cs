using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>One timed run of the library's fine-tuner.</summary>
internal static class FineTunerRun
{
    public static async Task<IReadOnlyList<StepResult>> ExecuteAsync(
        RaceSettings settings,
        ModelConfig config,
        CodeTokenizer tokenizer,
        TrainingData data,
        IReadOnlyList<RaceStep> plan
    )
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(
            config,
            TorchDevice.Parse(settings.Device),
            settings.TorchDtype,
            settings.Seed
        );
        string output = Directory.CreateTempSubdirectory("reflectioncoder-race-").FullName;
        try
        {
            StepTimes times = new(settings, plan);
            await new ReflectionFineTuner(model, tokenizer, Options(settings, output)).TrainAsync(data, times);
            return times.Results;
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    private static FineTuningOptions Options(RaceSettings settings, string output) =>
        new()
        {
            OutputDirectory = output,
            LearningRate = settings.LearningRate,
            LearningRateSchedule = LearningRateSchedules.Constant,
            WarmupRatio = 0,
            MaxSteps = settings.Steps,
            PerDeviceTrainBatchSize = settings.Batch,
            GradientAccumulationSteps = 1,
            MaskStrategies = settings.MaskStrategies,
            MaskRateSchedule = settings.MaskRateSchedule,
            Sampler = new FileOrderSampler(),
            Distillation = settings.Distillation,
            Seed = settings.Seed,
            SaveSteps = 0,
            Threads = settings.Threads,
            GradientCheckpointing = settings.GradientCheckpointing,
        };

    /// <summary>Keeps every step; on the training thread, so that nothing races it.</summary>
    private sealed class StepTimes(RaceSettings settings, IReadOnlyList<RaceStep> plan) : IProgress<TrainingProgress>
    {
        private TimeSpan last = Environment.CpuUsage.TotalTime;

        public List<StepResult> Results { get; } = [];

        public void Report(TrainingProgress value)
        {
            RaceStep planned = plan[Results.Count];
            if (settings.Distillation && (value.SampleTokens, value.HiddenTokens) != (planned.Tokens, planned.HiddenTokens))
            {
                throw new InvalidOperationException(
                    $"Step {value.Step} is not the one that was planned; the race would compare two tasks."
                );
            }

            TimeSpan now = Environment.CpuUsage.TotalTime;
            Results.Add(
                new StepResult
                {
                    CrossEntropy = value.CrossEntropy,
                    Divergence = value.Divergence,
                    GradientNorm = value.GradientNorm,
                    Seconds = value.SampleTokens / value.TokensPerSecond,
                    ProcessorSeconds = (now - last).TotalSeconds,
                }
            );
            last = now;
        }
    }
}
