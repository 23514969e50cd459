using ReflectionCoder.Randomness;

namespace ReflectionCoder.Masking;

/// <summary>Hides the whole reflection sequence, whatever the mask rate.</summary>
public sealed class AllMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "all";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible) => visible.Clear();
}

/// <summary>Hides ceil(n · rate) tokens at random.</summary>
public sealed class RandomTokenMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "random-token";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        ArgumentNullException.ThrowIfNull(random);
        visible[..MaskRate.CountOf(visible.Length, maskRate)].Clear();
        random.Shuffle(visible);
    }
}

/// <summary>Hides the first ceil(n · rate) tokens.</summary>
public sealed class SequentialTokenMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "sequential-token";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible) =>
        visible[..MaskRate.CountOf(visible.Length, maskRate)].Clear();
}
