using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Masking;

/// <summary>Hides ceil(blocks · rate) blocks at random.</summary>
public sealed class RandomBlockMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "random-block";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        ArgumentNullException.ThrowIfNull(reflection);
        ArgumentNullException.ThrowIfNull(random);
        int count = reflection.Blocks.Count;
        foreach (int index in random.ChoiceWithoutReplacement(count, MaskRate.CountOf(count, maskRate)))
        {
            TokenSpan block = reflection.Blocks[index];
            visible.Slice(block.Start, block.Length).Clear();
        }
    }
}

/// <summary>Hides the first ceil(blocks · rate) blocks.</summary>
public sealed class SequentialBlockMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "sequential-block";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        ArgumentNullException.ThrowIfNull(reflection);
        foreach (TokenSpan block in reflection.Blocks.Take(MaskRate.CountOf(reflection.Blocks.Count, maskRate)))
        {
            visible.Slice(block.Start, block.Length).Clear();
        }
    }
}
