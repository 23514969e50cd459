using System.Globalization;
using System.Text.Json;
using ReflectionCoder.Batching;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>One timed run of the real fine-tuner on the peer's data: same samples, order, masks, model shape and optimizer.</summary>
internal static class RaceRun
{
    public static async Task<int> ExecuteAsync(RaceSettings settings)
    {
        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        TrainingData data = TrainingData.Load([settings.Data], tokenizer);
        ModelConfig config = new()
        {
            VocabularySize = settings.Vocabulary,
            HiddenSize = settings.Hidden,
            IntermediateSize = settings.Intermediate,
            HiddenLayers = settings.Layers,
            AttentionHeads = settings.Heads,
            KeyValueHeads = settings.KeyValueHeads,
            HeadDimension = settings.Hidden / settings.Heads,
            NormEpsilon = 1e-5,
        };
        Device device = TorchDevice.Parse(settings.Device);
        // float64 is a yardstick, no option of users
        ScalarType dtype = settings.Dtype == "float64" ? ScalarType.Float64 : TorchDevice.ParseDtype(settings.Dtype);
        using CausalLanguageModel model = CausalLanguageModel.Create(config, device, dtype, settings.Seed);
        string output = Directory.CreateTempSubdirectory("reflectioncoder-race-").FullName;
        try
        {
            StepTimes times = new();
            await new ReflectionFineTuner(model, tokenizer, Options(settings, output)).TrainAsync(data, times);
            Report(settings, times, model.ParameterCount, StepCost.ProductRate(settings.Threads, device, model.Dtype));
            return 0;
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
            MaskStrategies = MaskStrategies.Parse(settings.Mask, MaskStrategies.ParseBlockOrder(settings.BlockOrder)),
            MaskRateSchedule = settings.MaskRate is { } rate ? MaskRateSchedules.Constant(rate) : MaskRateSchedules.Linear,
            Sampler = new FileOrderSampler(),
            Distillation = settings.Distillation,
            Seed = settings.Seed,
            SaveSteps = 0,
            Threads = settings.Threads,
            GradientCheckpointing = settings.GradientCheckpointing,
        };

    private static void Report(RaceSettings settings, StepTimes times, long parameters, double productRate)
    {
        List<TrainingProgress> steps = times.Steps;
        List<TrainingProgress> timed = steps[settings.Warmup..];
        double[] seconds = [.. timed.Select(Seconds).Order()];
        double[] processor = [.. times.ProcessorSeconds[settings.Warmup..].Order()];
        long tokens = timed.Sum(step => step.SampleTokens);
        double operations = timed.Sum(step => StepCost.Operations(settings, step));
        var result = new
        {
            tokens_per_s = tokens / seconds.Sum(),
            step_median_s = (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2,
            step_min_s = seconds[0],
            step_max_s = seconds[^1],
            step_cpu_median_s = (processor[(processor.Length - 1) / 2] + processor[processor.Length / 2]) / 2,
            product_gflops = productRate / 1e9,
            share_of_floor = operations / productRate / seconds.Sum(),
            timed_steps = timed.Count,
            timed_tokens = tokens,
            peak_rss_mib = steps[^1].PeakMemoryBytes / 1048576.0,
            parameters,
            threads = settings.Threads,
            torch = __version__,
            loss_first = steps[0].Loss,
            loss_last = steps[^1].Loss,
        };
        foreach ((int i, TrainingProgress step) in steps.Index())
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"step {i} rate {step.MaskRate:F4} loss {step.Loss:F6} ce {step.CrossEntropy:F6} kl {step.Divergence ?? 0:F6} "
                        + $"grad_norm {step.GradientNorm:F6} tokens {step.SampleTokens} s {Seconds(step):F4}"
                )
            );
        }

        string json = JsonSerializer.Serialize(result);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"tokens/s {result.tokens_per_s:F1} | step median {result.step_median_s:F4} s | peak RSS {result.peak_rss_mib:F0} MiB"
            )
        );
        Console.WriteLine(json);
        if (settings.Json is { } path)
        {
            File.WriteAllText(path, json);
        }
    }

    private static double Seconds(TrainingProgress step) => step.SampleTokens / step.TokensPerSecond;

    /// <summary>Keeps every step; on the training thread, so that nothing races it.</summary>
    private sealed class StepTimes : IProgress<TrainingProgress>
    {
        private TimeSpan last = Environment.CpuUsage.TotalTime;

        public List<TrainingProgress> Steps { get; } = [];

        /// <summary>Processor time of each step, all threads together: steadier than the clock on a busy machine.</summary>
        public List<double> ProcessorSeconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            TimeSpan now = Environment.CpuUsage.TotalTime;
            ProcessorSeconds.Add((now - last).TotalSeconds);
            last = now;
            Steps.Add(value);
        }
    }

    /// <summary>The peer's order: the file's, a batch a step.</summary>
    private sealed class FileOrderSampler : ISampler
    {
        public string Identity => "file-order";

        public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random) =>
            [.. Enumerable.Range(0, samples.Count).Chunk(batchSize)];
    }
}
