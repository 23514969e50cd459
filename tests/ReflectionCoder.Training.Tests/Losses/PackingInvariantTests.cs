using ReflectionCoder.Batching;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Batching;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

/// <summary>Ways to compute one optimizer step that must not differ.</summary>
[Trait("Category", "Invariant")]
public sealed class PackingInvariantTests
{
    private static readonly ModelConfig[] Configs =
    [
        .. (
            (ModelConfig[])
                [
                    TinyModels.Llama,
                    TinyModels.Qwen2,
                    TinyModels.All["mistral-window"],
                    TinyModels.All["qwen3-biases-window"],
                    TinyModels.Gemma3,
                    TinyModels.All["smollm3-biases-window"],
                    TinyModels.All["starcoder2-window"],
                    TinyModels.Absolute,
                ]
        ).Select(config => config with { VocabularySize = 64 }),
    ];

    private static readonly TokenizedSample[] Mixed =
    [
        .. Enumerable
            .Range(0, 8)
            .Select(i => Batching.Samples.Create(i, question: 2 + i, reflection: 3 + (5 * i % 13), again: i % 3, answer: 1 + (7 * i % 11))),
    ];

    private static readonly bool[][] Masks = [.. Mixed.Select((sample, i) => Batching.Samples.Mask(sample, i, rate: i / 7.0))];

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(256)]
    public void Accumulation_EightTimesOne_EqualsOneTimesEight(int chunkRows)
    {
        foreach (ModelConfig config in Configs)
        {
            using CausalLanguageModel model = TinyModels.Create(config, ScalarType.Float64);
            Step whole = Run(model, chunkRows, microBatchSize: 8, distills: true);
            whole.AssertClose(Run(model, chunkRows, microBatchSize: 1, distills: true));
            whole.AssertClose(Run(model, chunkRows, microBatchSize: 3, distills: true));
        }
    }

    [Fact]
    public void Pack_AnyOrderOfSamples_GivesTheSameStep()
    {
        using CausalLanguageModel model = TinyModels.Create(Configs[0], ScalarType.Float64);
        int[] order = [.. Enumerable.Range(0, Mixed.Length)];
        Step inOrder = Run(model, 7, microBatchSize: 8, distills: true);
        inOrder.AssertClose(Run(model, 7, microBatchSize: 8, distills: true, [.. order.Reverse()]));
        inOrder.AssertClose(Run(model, 7, microBatchSize: 3, distills: true, [.. order.OrderBy(i => i * 5 % 8)]));
    }

    [Fact]
    public void Accumulation_PlainFineTuning_EqualsOneTimesEight()
    {
        using CausalLanguageModel model = TinyModels.Create(Configs[0], ScalarType.Float64);
        Run(model, 256, microBatchSize: 8, distills: false).AssertClose(Run(model, 256, microBatchSize: 1, distills: false));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void PackedPath_EqualsThePaddedTwinWithDenseMasksAndWholeLogits(int chunkRows)
    {
        foreach (ModelConfig config in Configs)
        {
            using CausalLanguageModel model = TinyModels.Create(config, ScalarType.Float64);
            Step packed = Run(model, chunkRows, microBatchSize: 8, distills: true);
            packed.AssertClose(RunPadded(model));
        }
    }

    private static Step Run(CausalLanguageModel model, int chunkRows, int microBatchSize, bool distills, int[]? order = null)
    {
        SampleInfo[] infos = [.. Mixed.Select(sample => new SampleInfo(sample.Length, SampleType.Reflection, 0))];
        PackedBatch[] microBatches =
        [
            .. MicroBatches
                .Split(order ?? [.. Enumerable.Range(0, Mixed.Length)], microBatchSize, infos)
                .Select(members =>
                    BatchPacker.Pack([.. members.Select(i => Mixed[i])], distills ? [.. members.Select(i => Masks[i])] : null)
                ),
        ];
        PackedStep.ClearGradients(model);
        (double crossEntropy, double divergence) = PackedStep.Accumulate(model, LossProblem.Loss(chunkRows), microBatches);
        return new Step(crossEntropy, divergence, PackedStep.Gradients(model));
    }

    /// <summary>
    /// The reference's formulation: padded halves, hidden tokens masked out of attention, logits and labels of every position.
    /// </summary>
    private static Step RunPadded(CausalLanguageModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        PackedStep.ClearGradients(model);
        NaiveDecoder decoder = new(model.Config, model.Parameters);
        int length = Mixed.Max(sample => sample.Length) + 2;
        long[] positions = [.. Enumerable.Range(0, length).Select(p => (long)p)];
        Tensor crossEntropy = zeros([1], dtype: ScalarType.Float64),
            divergence = zeros([1], dtype: ScalarType.Float64);
        int labels = 0,
            pairs = 0;
        for (int i = 0; i < Mixed.Length; i++)
        {
            TokenizedSample sample = Mixed[i];
            long[] ids = [.. sample.InputIds.Select(id => (long)id), .. Enumerable.Repeat(0L, length - sample.Length)];
            Tensor teacher = decoder.Logits(ids, [.. positions.Select(p => p < sample.Length)], positions).log_softmax(-1);
            Tensor student = decoder.Logits(ids, [.. Masks[i], .. new bool[length - sample.Length]], positions).log_softmax(-1);
            for (int p = 0; p + 1 < sample.Length; p++)
            {
                AddLabel(teacher, p, sample.Labels[p + 1]);
                AddLabel(student, p, sample.DistillationLabels[p + 1]);
                if (sample.DistillationLabels[p] != -100)
                {
                    Tensor fixedTeacher = teacher[p].detach();
                    divergence = divergence + (fixedTeacher.exp() * (fixedTeacher - student[p])).sum();
                    pairs++;
                }
            }
        }

        void AddLabel(Tensor logProbabilities, int p, int label)
        {
            if (label != -100)
            {
                crossEntropy = crossEntropy - logProbabilities[p, label];
                labels++;
            }
        }

        ((crossEntropy / labels) + (divergence / pairs)).sum().backward();
        return new Step(crossEntropy.item<double>() / labels, divergence.item<double>() / pairs, PackedStep.Gradients(model));
    }

    private sealed record Step(double CrossEntropy, double Divergence, Dictionary<string, double[]> Gradients)
    {
        public void AssertClose(Step other)
        {
            Assert.Equal(CrossEntropy, other.CrossEntropy, 12);
            Assert.Equal(Divergence, other.Divergence, 12);
            Assert.Equal(Gradients.Keys, other.Gradients.Keys);
            foreach ((string name, double[] gradient) in Gradients)
            {
                double size = Math.Max(gradient.Max(Math.Abs), 1e-3);
                double difference = gradient.Zip(other.Gradients[name], (a, b) => Math.Abs(a - b)).Max();
                Assert.True(difference <= 1e-11 * size, $"Gradients of {name} differ by {difference:G3} of {size:G3}.");
            }
        }
    }
}
