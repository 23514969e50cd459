namespace ReflectionCoder.Modeling;

/// <summary>
/// Seeds of dropout that depend on nothing but where they are used (run, step, micro-batch, projection): a resumed run and a layer that is
/// computed again draw the same masks without any generator's state.
/// </summary>
internal static class DropoutSeed
{
    /// <summary>Mixes numbers into a seed, each with SplitMix64's finalizer.</summary>
    internal static ulong Of(params ReadOnlySpan<long> parts)
    {
        ulong state = 0;
        foreach (long part in parts)
        {
            state += unchecked((ulong)part) + 0x9E3779B97F4A7C15;
            state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
            state ^= state >> 31;
        }

        return state;
    }
}
