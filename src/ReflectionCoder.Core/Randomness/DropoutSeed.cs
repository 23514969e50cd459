namespace ReflectionCoder.Randomness;

/// <summary>
/// Seeds for dropout masks. A seed depends only on where the mask is used (run, step, micro-batch, projection). So a resumed run, and a
/// layer that gradient checkpointing computes again, draw the same masks, and no generator state has to be saved.
/// </summary>
internal static class DropoutSeed
{
    /// <summary>Mixes numbers into one seed. Each number is added to the state of a generator; its next output is the new state.</summary>
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
