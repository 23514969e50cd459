namespace ReflectionCoder.Randomness;

/// <summary>
/// Seeds of dropout that depend on nothing but where they are used (run, step, micro-batch, projection): a resumed run and a layer that is
/// computed again draw the same masks without any generator's state.
/// </summary>
internal static class DropoutSeed
{
    /// <summary>Mixes numbers into a seed: each is added to a generator's state, and what it draws is the next state.</summary>
    public static ulong Of(params ReadOnlySpan<long> parts)
    {
        ulong state = 0;
        foreach (long part in parts)
        {
            state = new SplitMix64(unchecked(state + (ulong)part)).Next();
        }

        return state;
    }
}
