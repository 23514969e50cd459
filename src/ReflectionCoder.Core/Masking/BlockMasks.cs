using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Masking;

/// <summary>Hides ceil(b · rate) of the b blocks, chosen at random.</summary>
internal sealed class RandomBlockMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "random-block";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        int count = reflection.Blocks.Count;
        foreach (int index in random.ChoiceWithoutReplacement(count, MaskRate.CountOf(count, maskRate)))
        {
            TokenSpan block = reflection.Blocks[index];
            visible.Slice(block.Start, block.Length).Clear();
        }
    }
}

/// <summary>Hides the first ceil(b · rate) of the b blocks.</summary>
internal sealed class SequentialBlockMask : IMaskStrategy
{
    /// <inheritdoc/>
    public string Name => "sequential-block";

    /// <inheritdoc/>
    public string Identity => Name;

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        foreach (TokenSpan block in reflection.Blocks.Take(MaskRate.CountOf(reflection.Blocks.Count, maskRate)))
        {
            visible.Slice(block.Start, block.Length).Clear();
        }
    }
}
