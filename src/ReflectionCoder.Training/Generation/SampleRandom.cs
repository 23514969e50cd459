namespace ReflectionCoder.Generation;

/// <summary>
/// SplitMix64 seeded from a seed and an answer's index. Not .NET's generator: its first draws from neighbouring seeds depend on each other, so that
/// the samples of a problem would.
/// </summary>
internal sealed class SampleRandom(long seed, long index)
{
    private const ulong Step = 0x9e3779b97f4a7c15;
    private ulong state = Mix(unchecked((ulong)seed + Step)) ^ Mix(unchecked(((ulong)index * 2) + 1));

    /// <summary>The next number from 0, below 1.</summary>
    internal double NextDouble() => (Mix(state = unchecked(state + Step)) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }
}
