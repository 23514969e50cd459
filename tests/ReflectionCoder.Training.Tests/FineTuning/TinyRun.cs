using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>A run that takes a second: two layers, two dozen short samples.</summary>
internal static class TinyRun
{
    /// <summary>Steps of an epoch: 18 reflection samples and 5 others in steps of 4, the last step of each type partial.</summary>
    public const int StepsInEpoch = 7;

    public static CodeTokenizer Tokenizer { get; } = CodeTokenizer.CreateByteLevel();

    public static ModelConfig Config { get; } =
        new()
        {
            VocabularySize = 272,
            HiddenSize = 32,
            IntermediateSize = 48,
            HiddenLayers = 2,
            AttentionHeads = 4,
            KeyValueHeads = 2,
            HeadDimension = 8,
            NormEpsilon = 1e-6,
            InitializerRange = 0.1,
        };

    /// <summary>An adapter with dropout, so that a resumed run shows whether its masks are those of the run that was killed.</summary>
    public static LoraOptions Lora =>
        new()
        {
            Rank = 4,
            Alpha = 8,
            Dropout = 0.2,
        };

    public static CausalLanguageModel Model(ScalarType dtype = ScalarType.Float32, long seed = 5) =>
        CausalLanguageModel.Create(Config, CPU, dtype, seed);

    public static TrainingData Data(int reflections = 18, int generations = 5) =>
        TrainingData.FromConversations(
            Enumerable.Range(0, reflections).Select(Reflection).Concat(Enumerable.Range(0, generations).Select(Generation)),
            Tokenizer
        );

    public static FineTuningOptions Options(string output) =>
        new()
        {
            OutputDirectory = output,
            LearningRate = 3e-3,
            PerDeviceTrainBatchSize = 2,
            GradientAccumulationSteps = 2,
            NumTrainEpochs = 2,
            SaveSteps = 3,
            Threads = 2,
            MaskStrategies = MaskStrategiesOfEveryKind,
            MetricsPath = Path.Combine(output, "metrics.jsonl"),
        };

    /// <summary>Several, so that the draw of a strategy and the draws inside one both enter.</summary>
    public static IReadOnlyList<IMaskStrategy> MaskStrategiesOfEveryKind => MaskStrategies.Parse("random-block,block,random-token");

    public static FineTuningResult Train(FineTuningOptions options, TrainingData? data = null, IProgress<TrainingProgress>? progress = null)
    {
        using CausalLanguageModel model = Model();
        return Train(model, options, data, progress);
    }

    public static FineTuningResult Train(
        ICausalLanguageModel model,
        FineTuningOptions options,
        TrainingData? data = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken stop = default
    ) => new ReflectionFineTuner(model, Tokenizer, options).TrainAsync(data ?? Data(), progress, stop).GetAwaiter().GetResult();

    public static byte[] Weights(string directory) => File.ReadAllBytes(Path.Combine(directory, "model.safetensors"));

    public static Conversation Reflection(int i) =>
        new(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, $"Write f{i} that adds {i % 7}.")]),
                new Message(
                    MessageRole.Assistant,
                    [
                        new Block(BlockType.Text, "Try."),
                        new Block(BlockType.Code, $"def f{i}(x): return x-{i % 7}"),
                        new Block(BlockType.Execution, string.Concat(Enumerable.Repeat("AssertionError ", 1 + (i % 3)))),
                        new Block(BlockType.Text, "The sign."),
                        new Block(BlockType.Code, $"def f{i}(x): return x+{i % 7}"),
                        new Block(BlockType.Execution, "ok"),
                    ]
                ),
                new Message(MessageRole.User, [new Block(BlockType.Text, $"f{i}, again.")]),
                new Message(MessageRole.Assistant, [new Block(BlockType.Code, $"def f{i}(x): return x+{i % 7}")]),
            ],
            SampleType.Reflection
        );

    public static Conversation Generation(int i) =>
        new(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, $"Write g{i}.")]),
                new Message(MessageRole.Assistant, [new Block(BlockType.Code, $"def g{i}(): return {i}")]),
            ],
            SampleType.Generation
        );
}

/// <summary>An output directory that goes with the test.</summary>
internal sealed class RunFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("reflectioncoder-run-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Remembers steps, in the order in which they came.</summary>
internal sealed class StepLog : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Steps { get; } = [];

    public void Report(TrainingProgress value) => Steps.Add(value);
}

/// <summary>A callback made of a function.</summary>
internal sealed class StepEnd(Action<TrainerContext, TrainingProgress> action) : ITrainerCallback
{
    public void OnStepEnd(TrainerContext context, TrainingProgress progress) => action(context, progress);
}

/// <summary>A loss that does something before it computes.</summary>
internal sealed class WatchedLoss(Action<DistillationInput> before, Func<DistillationLoss, DistillationLoss>? change = null)
    : IDistillationLoss
{
    private readonly IDistillationLoss inner = DistillationLosses.Chunked();

    public string Identity => "watched";

    public DistillationLoss Compute(DistillationInput input)
    {
        before(input);
        DistillationLoss loss = inner.Compute(input);
        return change is null ? loss : change(loss);
    }
}

/// <summary>Counts tensors for tests that look for leaks.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// Tensors alive; those that earlier tests left to their finalizers are gone by then, or they would count as freed later.
    /// </summary>
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
