using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Samples.Ablate.Measuring;

/// <summary>Hides the blocks of one type, at every rate.</summary>
internal sealed class OneTypeMask(BlockType type) : IMaskStrategy
{
    public string Name => "one-type";

    public string Identity => $"{Name}({type})";

    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        foreach (TokenSpan block in reflection.Blocks.Where(block => block.Type == type))
        {
            visible.Slice(block.Start, block.Length).Clear();
        }
    }
}
