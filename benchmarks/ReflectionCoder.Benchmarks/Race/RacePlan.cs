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
        List<RaceStep> steps = [];
        for (int step = 0; step < settings.Steps; step++)
        {
            // as FileOrderSampler: the last batch of a pass may be smaller
            int batches = (data.Samples.Count + settings.Batch - 1) / settings.Batch;
            int start = step % batches * settings.Batch;
            TokenizedSample[] samples = [.. data.Samples.Skip(start).Take(settings.Batch).Select(sample => sample.Tokens)];
            double rate = settings.MaskRateSchedule.GetRate(step, settings.Steps);
            steps.Add(new RaceStep(samples, [.. samples.Select(sample => masker.Mask(sample, rate, random))], rate));
        }

        return steps;
    }
}
