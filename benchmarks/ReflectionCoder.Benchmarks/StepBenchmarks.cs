using BenchmarkDotNet.Attributes;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// An optimizer step of one micro-batch of two samples (some 3,600 tokens) on a small decoder: masks, forward, loss, backward, clipping,
/// update. It gets cheaper as the mask rate rises, because hidden tokens are absent. A run's start and its final save are spread over its
/// steps.
/// </summary>
public class StepBenchmarks : IDisposable
{
    private const int Steps = 8;
    private readonly string output = Directory.CreateTempSubdirectory("reflectioncoder-benchmarks-").FullName;
    private readonly CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
    private readonly TorchThread thread = new();
    private CausalLanguageModel model = null!;
    private TrainingData data = null!;
    private ReflectionFineTuner tuner = null!;

    [Params(0.05, 0.95)]
    public double MaskRate { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        data = TrainingData.FromConversations([SampleData.Conversation(0), SampleData.Conversation(1)], tokenizer);
        model = CausalLanguageModel.Create(
            new ModelConfig
            {
                VocabularySize = tokenizer.VocabularySize,
                HiddenSize = 64,
                IntermediateSize = 176,
                HiddenLayers = 2,
                AttentionHeads = 4,
                KeyValueHeads = 2,
                HeadDimension = 16,
            },
            CPU,
            ScalarType.Float32,
            seed: 1
        );
        tuner = new ReflectionFineTuner(
            model,
            tokenizer,
            new FineTuningOptions
            {
                OutputDirectory = output,
                OverwriteOutputDirectory = true,
                MaxSteps = Steps,
                PerDeviceTrainBatchSize = 2,
                GradientAccumulationSteps = 1,
                LearningRate = 1e-4,
                SaveSteps = 0,
                MaskStrategies = [MaskStrategies.RandomToken],
                MaskRateSchedule = MaskRateSchedules.Constant(MaskRate),
            },
            thread
        );
    }

    [GlobalCleanup]
    public void Dispose()
    {
        model.Dispose();
        thread.Dispose();
        Directory.Delete(output, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public double Step() => tuner.TrainAsync(data).GetAwaiter().GetResult().LastStep!.GradientNorm;
}
