namespace ReflectionCoder.Randomness;

/// <summary>Random numbers for one generated answer, seeded from the run's seed and the answer's index. Answers are independent.</summary>
internal sealed class SampleRandom(long seed, long index)
{
    private SplitMix64 generator = new(new SplitMix64(unchecked((ulong)seed)).Next() ^ SplitMix64.Mix(unchecked(((ulong)index * 2) + 1)));

    /// <summary>Draws the next number: at least 0, less than 1.</summary>
    public double NextDouble() => generator.NextDouble();
}
