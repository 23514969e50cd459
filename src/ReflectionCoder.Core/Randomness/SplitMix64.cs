namespace ReflectionCoder.Randomness;

/// <summary>
/// Steele, Lea and Flood's SplitMix64: neighbouring seeds give sequences that have nothing in common, unlike those of .NET's generator.
/// </summary>
/// <param name="seed">Any 64 bits.</param>
internal struct SplitMix64(ulong seed)
{
    private const ulong Step = 0x9e3779b97f4a7c15;
    private ulong state = seed;

    /// <summary>The finalizer: a permutation of 64 bits in which every bit of the input changes half of the output's.</summary>
    public static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Mix(state = unchecked(state + Step));

    /// <summary>The next number from 0, below 1, a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
