using ReflectionCoder.Batching;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>A sample by its size.</summary>
/// <param name="TeacherTokens">Tokens of its teacher row, at least 1.</param>
/// <param name="StudentTokens">Tokens that its student row keeps; 0 where it has none.</param>
internal readonly record struct MemorySample(int TeacherTokens, int StudentTokens)
{
    /// <summary>Packed rows, both halves.</summary>
    public int Tokens => TeacherTokens + StudentTokens;
}

/// <summary>The micro-batch that needs most memory: the sizes of its samples, and for how many rows logits are computed.</summary>
internal sealed record MemoryWorkload
{
    /// <summary>Points of a run at which the mask rate is asked for.</summary>
    private const int RatePoints = 4;

    private MemoryWorkload(IReadOnlyList<MemorySample> samples, long lossRows, long datasetTokens) =>
        (Samples, LossRows, DatasetTokens) = (samples, lossRows, datasetTokens);

    /// <summary>The samples, longest first; at least one.</summary>
    public IReadOnlyList<MemorySample> Samples { get; }

    /// <summary>Rows for which logits are computed; a row that is needed twice counts twice.</summary>
    public long LossRows { get; }

    /// <summary>Tokens of the whole data set, which is in memory.</summary>
    public long DatasetTokens { get; }

    /// <summary>Packed rows, N.</summary>
    public long Tokens => Samples.Sum(sample => (long)sample.Tokens);

    /// <summary>The longest row.</summary>
    public int LongestRow => Samples.Max(sample => Math.Max(sample.TeacherTokens, sample.StudentTokens));

    /// <summary>
    /// The largest micro-batch that any samples can give: all have the maximum length, nothing is hidden, every token has a label.
    /// </summary>
    /// <param name="batchSize">Samples of a micro-batch, at least 1.</param>
    /// <param name="maxLength">Tokens of a sample, at least 2.</param>
    /// <param name="distillation">Whether there are student rows.</param>
    /// <returns>The micro-batch.</returns>
    public static MemoryWorkload OfLength(int batchSize, int maxLength, bool distillation = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        MemorySample sample = new(maxLength, distillation ? maxLength : 0);
        return new MemoryWorkload([.. Enumerable.Repeat(sample, batchSize)], (long)batchSize * sample.Tokens, 0);
    }

    /// <summary>
    /// The longest micro-batch of a data set: the longest samples of one type, their students masked at the smallest rate of the run (the
    /// paper's schedule has it at the first step).
    /// </summary>
    /// <param name="data">The samples. One that can't be masked counts with its full length; the fine-tuner refuses it by name.</param>
    /// <param name="options">Batch size, masks and schedule.</param>
    /// <returns>The micro-batch.</returns>
    /// <exception cref="TrainingDataException">There are no samples.</exception>
    public static MemoryWorkload OfData(TrainingData data, FineTuningOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        if (data.Samples.Count == 0)
        {
            throw new TrainingDataException("There are no samples, so no memory to estimate.");
        }

        SequenceMasker masker = new(options.MaskStrategies);
        NumpyRandomState random = new((uint)options.Seed);
        double rate = SmallestRate(options, data);
        return data
            .Samples.GroupBy(sample => sample.Tokens.Type)
            .Select(type =>
            {
                bool hasStudent = options.Distillation && type.Key == SampleType.Reflection;
                IEnumerable<TokenizedSample> longest = type.Select(sample => sample.Tokens)
                    .OrderByDescending(tokens => tokens.Length)
                    .Take(options.PerDeviceTrainBatchSize);
                return Measure([.. longest], tokens => hasStudent ? Visible(masker, tokens, rate, random) : 0, data);
            })
            .MaxBy(workload => workload.Tokens)!;
    }

    /// <summary>The same with fewer samples a micro-batch.</summary>
    internal MemoryWorkload WithBatchSize(int batchSize) => batchSize >= Samples.Count ? this : Of([.. Samples.Take(batchSize)]);

    /// <summary>The same with samples that are no longer than a maximum.</summary>
    internal MemoryWorkload WithMaxLength(int maxLength) =>
        Of([
            .. Samples.Select(sample =>
                sample.TeacherTokens <= maxLength
                    ? sample
                    : new MemorySample(maxLength, (int)((long)sample.StudentTokens * maxLength / sample.TeacherTokens))
            ),
        ]);

    private static MemoryWorkload Measure(TokenizedSample[] samples, Func<TokenizedSample, int> visible, TrainingData data)
    {
        MemorySample[] sizes = [.. samples.Select(tokens => new MemorySample(tokens.Length, visible(tokens)))];
        long lossRows = 0;
        foreach ((TokenizedSample tokens, MemorySample size) in samples.Zip(sizes))
        {
            lossRows += tokens.Labels.Count(label => label != TokenizedSample.IgnoreIndex);
            lossRows += size.StudentTokens > 0 ? tokens.DistillationLabels.Count(label => label != TokenizedSample.IgnoreIndex) : 0;
        }

        return new MemoryWorkload(sizes, lossRows, data.Samples.Sum(sample => (long)sample.Tokens.Length));
    }

    private static int Visible(SequenceMasker masker, TokenizedSample tokens, double rate, NumpyRandomState random)
    {
        try
        {
            return masker.Mask(tokens, rate, random).Count(visible => visible);
        }
        catch (SampleFormatException)
        {
            return tokens.Length;
        }
    }

    private static double SmallestRate(FineTuningOptions options, TrainingData data)
    {
        long maxSteps =
            options.MaxSteps ?? Math.Max(1, (long)Math.Ceiling(options.NumTrainEpochs * data.Samples.Count / options.GlobalBatchSize));
        return Enumerable
            .Range(0, RatePoints + 1)
            .Min(point => options.MaskRateSchedule.GetRate((maxSteps - 1) * point / RatePoints, maxSteps));
    }

    private MemoryWorkload Of(IReadOnlyList<MemorySample> samples)
    {
        long tokens = samples.Sum(sample => (long)sample.Tokens);
        return new MemoryWorkload(samples, (long)Math.Ceiling((double)LossRows * tokens / Tokens), DatasetTokens);
    }
}
