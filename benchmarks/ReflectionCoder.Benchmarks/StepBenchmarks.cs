using BenchmarkDotNet.Attributes;
using ReflectionCoder.Batching;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Benchmarks;

/// <summary>
/// An optimizer step of one micro-batch of two samples (some 3,600 tokens) on a small decoder: forward, loss, backward, clipping, update. It
/// gets cheaper as the mask rate rises, because hidden tokens are absent.
/// </summary>
public class StepBenchmarks : IDisposable
{
    private CausalLanguageModel model = null!;
    private AdamW optimizer = null!;
    private PackedBatch batch = null!;

    [Params(0.05, 0.95)]
    public double MaskRate { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(Environment.ProcessorCount);
        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        IReadOnlyList<TokenizedSample> samples = SampleData.Create(2, tokenizer);
        SequenceMasker masker = new([new RandomTokenMask()]);
        NumpyRandomState random = new(3407);
        batch = BatchPacker.Pack(samples, [.. samples.Select(sample => masker.Mask(sample, MaskRate, random))]);
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
            seed: 1);
        optimizer = new AdamW(model.Parameters, new AdamWOptions());
    }

    [GlobalCleanup]
    public void Dispose()
    {
        optimizer.Dispose();
        model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public double Step()
    {
        using DisposeScope scope = NewDisposeScope();
        using ModelInput input = ModelInput.Create(batch.TokenIds, batch.PositionIds, batch.RowLengths, CPU);
        DistillationLoss loss = new ChunkedDistillationLoss().Compute(new DistillationInput
        {
            Hidden = model.Forward(input),
            OutputWeight = model.OutputWeight,
            LogitTransform = model.LogitTransform,
            Targets = new DistillationTargets
            {
                CrossEntropyRows = batch.CrossEntropyRows,
                CrossEntropyLabels = batch.CrossEntropyLabels,
                TeacherRows = batch.TeacherRows,
                StudentRows = batch.StudentRows,
            },
            CrossEntropyScale = 1.0 / batch.CrossEntropyRows.Length,
            DivergenceScale = 1.0 / batch.TeacherRows.Length,
        });
        loss.Total.backward();
        double norm = GradientNorm.Clip(model.Parameters.Values, 1);
        optimizer.Step(1e-4);
        foreach (Tensor weight in model.Parameters.Values)
        {
            weight.grad = null;
        }

        return norm;
    }
}
