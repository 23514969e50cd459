using ReflectionCoder.Batching;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Benchmarks.Race;

/// <summary>What one step computes: its samples, and what the student sees of each.</summary>
internal sealed record RaceStep(TokenizedSample[] Samples, bool[][] Visible, double Rate)
{
    public long Tokens => Samples.Sum(sample => (long)sample.Length);

    public long HiddenTokens => Visible.Sum(row => row.LongCount(seen => !seen));
}

/// <summary>The steps of a race, the same for both sides: samples in the file's order, masks drawn as the fine-tuner draws them.</summary>
internal static class RacePlan
{
    public static IReadOnlyList<RaceStep> Draw(RaceSettings settings, TrainingData data)
    {
        SequenceMasker masker = new(settings.MaskStrategies);
        NumpyRandomState random = new((uint)settings.Seed);
        IReadOnlyList<int[]> batches = new FileOrderSampler().SampleEpoch(data.Infos, settings.Batch, random);
        List<RaceStep> steps = [];
        for (int step = 0; step < settings.Steps; step++)
        {
            TokenizedSample[] samples = [.. batches[step % batches.Count].Select(index => data.Samples[index].Tokens)];
            double rate = settings.MaskRateSchedule.GetRate(step, settings.Steps);
            steps.Add(new RaceStep(samples, [.. samples.Select(sample => masker.Mask(sample, rate, random))], rate));
        }

        return steps;
    }
}

/// <summary>The order of both sides: the file's, a batch a step.</summary>
internal sealed class FileOrderSampler : ISampler
{
    public string Identity => "file-order";

    public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random) =>
        [.. Enumerable.Range(0, samples.Count).Chunk(batchSize)];
}
