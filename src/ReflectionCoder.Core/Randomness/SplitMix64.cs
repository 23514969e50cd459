namespace ReflectionCoder.Randomness;

/// <summary>
/// SplitMix64 by Steele, Lea and Flood. Neighbouring seeds (1, 2, 3, …) give independent numbers; those of .NET's generator are related.
/// </summary>
/// <param name="seed">Any 64 bits.</param>
internal struct SplitMix64(ulong seed)
{
    private const ulong Step = 0x9e3779b97f4a7c15;
    private ulong state = seed;

    /// <summary>Mixes 64 bits one to one. Changing one bit of the input changes about half of the bits of the output.</summary>
    public static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Draws the next 64 random bits.</summary>
    public ulong Next() => Mix(state = unchecked(state + Step));

    /// <summary>Draws the next number: at least 0, less than 1, a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));
}
