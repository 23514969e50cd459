namespace ReflectionCoder.Randomness;

/// <summary>Random numbers seeded from a seed and an answer's index: the answers to a problem have nothing in common.</summary>
internal sealed class SampleRandom(long seed, long index)
{
    private SplitMix64 generator = new(new SplitMix64(unchecked((ulong)seed)).Next() ^ SplitMix64.Mix(unchecked(((ulong)index * 2) + 1)));

    /// <summary>The next number from 0, below 1.</summary>
    public double NextDouble() => generator.NextDouble();
}
