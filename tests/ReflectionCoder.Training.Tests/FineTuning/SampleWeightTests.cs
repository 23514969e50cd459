using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The weight of a sample, from its conversation to the gradients of a step.</summary>
[Trait("Category", "Invariant")]
public sealed class SampleWeightTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void Train_AllWeightsZero_GivesTheGradientsWithoutDivergence(int chunkRows)
    {
        (double[] expected, TrainingProgress without) = Step(Data(1, 1, 1, 1), chunkRows, klWeight: 0);
        (double[] actual, TrainingProgress zero) = Step(Data(0, 0, 0, 0), chunkRows);
        AssertClose(expected, actual);
        Assert.Equal(without.CrossEntropy, zero.CrossEntropy, 1e-12);
        Assert.Equal(without.Loss, zero.Loss, 1e-12);
        Assert.True(without.Divergence > 0.01);
        Assert.Equal(0, zero.Divergence);
    }

    /// <summary>The divergence's part of the gradient is the sum of the samples' parts, each times its weight.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public void Train_MixedWeights_GivesTheWeightedSumOfTheSamplesParts(int chunkRows)
    {
        double[] weights = [2, 0, 0.3, 1.5];
        (double[] none, TrainingProgress nothing) = Step(Data(0, 0, 0, 0), chunkRows);
        double[] expected = [.. none];
        double divergence = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            double[] alone = new double[weights.Length];
            alone[i] = 1;
            (double[] gradient, TrainingProgress one) = Step(Data(alone), chunkRows);
            expected = [.. expected.Select((value, at) => value + (weights[i] * (gradient[at] - none[at])))];
            divergence += weights[i] * one.Divergence!.Value;
        }

        (double[] actual, TrainingProgress mixed) = Step(Data(weights), chunkRows);
        Assert.True(none.Zip(actual, (a, b) => Math.Abs(a - b)).Max() > 1e-4, "the divergence gives no gradient");
        AssertClose(expected, actual);
        Assert.Equal(divergence, mixed.Divergence!.Value, 1e-12);
        Assert.Equal(mixed.CrossEntropy + mixed.Divergence.Value, mixed.Loss, 1e-12);
        Assert.Equal(nothing.CrossEntropy, mixed.CrossEntropy, 1e-12);
    }

    [Fact]
    public void Train_MixedWeights_AccumulationDoesNotMatter()
    {
        TrainingData data = Data(2, 0, 0.3, 1.5);
        (double[] whole, TrainingProgress one) = Step(data, 16, microBatch: 4);
        foreach (int microBatch in new[] { 1, 2 })
        {
            (double[] split, TrainingProgress several) = Step(data, 16, microBatch);
            AssertClose(whole, split);
            Assert.Equal(one.Divergence!.Value, several.Divergence!.Value, 1e-12);
        }
    }

    [Theory]
    [InlineData(MarkerParsing.Structure)]
    [InlineData(MarkerParsing.Reference)]
    public void Tokenize_Weight_IsTheSamples(MarkerParsing parsing)
    {
        SampleTokenizer tokenizer = new(TinyRun.Tokenizer, new SampleTokenizerOptions { MarkerParsing = parsing });
        Assert.Equal(0.3, tokenizer.Tokenize(TinyRun.Reflection(1) with { Weight = 0.3 })!.Weight);
        Assert.Equal(1, tokenizer.Tokenize(TinyRun.Reflection(1))!.Weight);
    }

    [Fact]
    public void Fingerprint_Weights_MakeOtherDataAndMetadataDoesNot()
    {
        string plain = Data(1, 1).Fingerprint;
        Assert.NotEqual(plain, Data(1, 0.5).Fingerprint);
        Assert.NotEqual(Data(0.5, 1).Fingerprint, Data(1, 0.5).Fingerprint);
        Conversation[] told =
        [
            .. Enumerable.Range(0, 2).Select(i => TinyRun.Reflection(i) with { Metadata = new SampleMetadata { Variant = i } }),
        ];
        Assert.Equal(plain, TrainingData.FromConversations(told, TinyRun.Tokenizer).Fingerprint);
    }

    [Fact]
    public void Resume_OtherWeights_IsRefused()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 2, SaveSteps = 1 };
        TinyRun.Train(options, Data(1, 1, 1, 0.5));
        FineTuningOptions resumed = options with { ResumeFromCheckpoint = folder["checkpoint-1"] };
        Assert.Contains(
            "the samples are not the same",
            Assert.Throws<CheckpointException>(() => TinyRun.Train(resumed, Data(1, 1, 1, 1))).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(1, TinyRun.Train(resumed, Data(1, 1, 1, 0.5)).StartedFromStep);
    }

    [Fact]
    public void EvaluateDistillation_Weights_EnterTheDivergence()
    {
        using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
        ModelEvaluator evaluator = new(model, TinyRun.Tokenizer, new EvaluationCallbackOptions { BatchSize = 2 });
        DistillationResult plain = evaluator.EvaluateDistillation(Data(1, 1, 1));
        DistillationResult twice = evaluator.EvaluateDistillation(Data(2, 2, 2));
        Assert.Equal(2 * plain.Divergence, twice.Divergence, 1e-12);
        Assert.Equal(plain.CrossEntropy, twice.CrossEntropy, 1e-12);
    }

    private static TrainingData Data(params double[] weights) =>
        TrainingData.FromConversations(weights.Select((weight, i) => TinyRun.Reflection(i) with { Weight = weight }), TinyRun.Tokenizer);

    /// <summary>The gradients of a run's only step, over all samples, in float64.</summary>
    private static (double[] Gradient, TrainingProgress Progress) Step(
        TrainingData data,
        int chunkRows,
        int microBatch = 2,
        double klWeight = 1
    )
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
        GradientReader reader = new();
        StepLog log = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with
        {
            Optimizer = reader,
            Loss = chunkRows == 0 ? DistillationLosses.Whole : DistillationLosses.Chunked(chunkRows),
            KlWeight = klWeight,
            MaxGradNorm = 0,
            PerDeviceTrainBatchSize = microBatch,
            GradientAccumulationSteps = data.Samples.Count / microBatch,
            MaxSteps = 1,
            SaveSteps = 0,
            MaskStrategies = [MaskStrategies.All],
            MaskRateSchedule = new ConstantMaskRateSchedule(1),
        };
        TinyRun.Train(model, options, data, log);
        return (reader.Gradient, log.Steps.Single());
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        double size = expected.Max(Math.Abs);
        double difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(difference <= 1e-11 * size, $"gradients of up to {size:G3} differ by {difference:G3}");
    }

    /// <summary>An optimizer that changes nothing and keeps the gradients.</summary>
    private sealed class GradientReader : IOptimizerFactory, IOptimizer
    {
        private static readonly Dictionary<string, Tensor> NoState = [];
        private IReadOnlyDictionary<string, Tensor> parameters = NoState;

        public string Identity => "gradient-reader";

        public long StepCount { get; private set; }

        public double[] Gradient { get; private set; } = [];

        public IOptimizer Create(IReadOnlyDictionary<string, Tensor> parameters)
        {
            this.parameters = parameters;
            return this;
        }

        public void Step(double learningRate)
        {
            Gradient = [.. parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => Read(pair.Value))];
            StepCount++;
        }

        public IReadOnlyDictionary<string, Tensor> GetState() => NoState;

        public void LoadState(IReadOnlyDictionary<string, Tensor> state, long stepCount) => StepCount = stepCount;

        public void Dispose() { }

        private static double[] Read(Tensor parameter)
        {
            using Tensor gradient = parameter.grad!.detach().contiguous().clone();
            return gradient.data<double>().ToArray();
        }
    }
}
