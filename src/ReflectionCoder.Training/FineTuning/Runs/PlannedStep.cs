using ReflectionCoder.Batching;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>One forward and backward pass.</summary>
/// <param name="Samples">What it holds.</param>
/// <param name="Packed">Its rows.</param>
internal sealed record MicroBatch(IReadOnlyList<TrainingSample> Samples, PackedBatch Packed)
{
    public SupervisionCounts Counts => new(Packed.CrossEntropyRows.Length, Packed.TeacherRows.Length);
}

/// <summary>An optimizer step before it is computed: its micro-batches are packed, so what the whole step supervises is known.</summary>
internal sealed record PlannedStep(IReadOnlyList<MicroBatch> MicroBatches, double? MaskRate)
{
    public SupervisionCounts Counts { get; } = MicroBatches.Aggregate(default(SupervisionCounts), (sum, batch) => sum + batch.Counts);

    public IReadOnlyList<string> Sources => [.. MicroBatches.SelectMany(batch => batch.Samples).Select(sample => sample.Source)];

    public long SampleTokens => MicroBatches.Sum(batch => (long)batch.Packed.SampleTokens);

    public long HiddenTokens => MicroBatches.Sum(batch => (long)batch.Packed.HiddenTokens);

    /// <summary>What planning counted, for the step's metrics.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}

/// <summary>Splits a step into micro-batches, draws their masks and packs them.</summary>
internal sealed class StepPlanner(FineTuningOptions options, TrainingData data) : IStepPlanner
{
    private readonly SequenceMasker masker = new(options.MaskStrategies);

    public int SamplesPerStep => options.GlobalBatchSize;

    public IReadOnlyDictionary<string, string> Identity { get; } = new Dictionary<string, string>();

    /// <summary>Plans a step. Masks are drawn sample by sample in the step's order, so the split into micro-batches changes none.</summary>
    public PlannedStep Plan(int[] step, long globalStep, long maxSteps, NumpyRandomState random, CancellationToken cancellationToken)
    {
        IReadOnlyList<int[]> split = MicroBatches.Split(step, options.PerDeviceTrainBatchSize, data.Infos);
        List<MicroBatch> microBatches = new(split.Count);
        double? rate = null;
        for (int i = 0; i < split.Count; i++)
        {
            TrainingSample[] samples = [.. split[i].Select(index => data.Samples[index])];
            TokenizedSample[] tokens = [.. samples.Select(sample => sample.Tokens)];
            bool[][]? visible = null;
            if (options.Distillation && tokens[0].Type == SampleType.Reflection)
            {
                rate = options.MaskRateSchedule.GetRate(globalStep, i, maxSteps);
                visible = [.. tokens.Select(sample => masker.Mask(sample, rate.Value, random))];
            }

            microBatches.Add(new MicroBatch(samples, BatchPacker.Pack(tokens, visible)));
        }

        return new PlannedStep(microBatches, rate);
    }
}
