using ReflectionCoder.Randomness;

namespace ReflectionCoder.Masking;

/// <summary>Hides the whole reflection sequence at every mask rate.</summary>
internal sealed class AllMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "all";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible) => visible.Clear();
}

/// <summary>Hides ceil(n · rate) of the n tokens, chosen at random.</summary>
internal sealed class RandomTokenMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "random-token";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        visible[..MaskRate.CountOf(visible.Length, maskRate)].Clear();
        random.Shuffle(visible);
    }
}

/// <summary>Hides the first ceil(n · rate) of the n tokens.</summary>
internal sealed class SequentialTokenMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "sequential-token";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible) =>
        visible[..MaskRate.CountOf(visible.Length, maskRate)].Clear();
}
