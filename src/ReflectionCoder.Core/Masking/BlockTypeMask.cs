using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Masking;

/// <summary>
/// Hides blocks by type: those of the first type at every rate, of the second from rate 0.33, of the third from 0.67 (paper section 3.2).
/// </summary>
internal sealed class BlockTypeMask : IMaskStrategy
{
    private const double SecondFrom = 0.33;
    private const double ThirdFrom = 0.67;

    /// <summary>Creates the strategy.</summary>
    /// <param name="order">The three types in the order in which they are hidden; null for the paper's: execution, text, code.</param>
    /// <exception cref="ArgumentException">The order doesn't hold each type exactly once.</exception>
    public BlockTypeMask(IReadOnlyList<BlockType>? order = null)
    {
        order ??= [BlockType.Execution, BlockType.Text, BlockType.Code];
        if (order.Count != 3 || order.Distinct().Count() != 3)
        {
            throw new ArgumentException(
                $"A block order holds text, code and execution once each; got '{string.Join(", ", order)}'.",
                nameof(order)
            );
        }

        Order = [.. order];
    }

    /// <summary>The types in the order in which they are hidden.</summary>
    public IReadOnlyList<BlockType> Order { get; }

    /// <inheritdoc/>
    public string Name => "block";

    /// <inheritdoc/>
    public string Identity => $"{Name}({string.Join(", ", Order)})";

    /// <inheritdoc/>
    public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible)
    {
        int hiddenTypes =
            maskRate >= ThirdFrom ? 3
            : maskRate >= SecondFrom ? 2
            : 1;
        foreach (TokenSpan block in reflection.Blocks)
        {
            for (int i = 0; i < hiddenTypes; i++)
            {
                if (block.Type == Order[i])
                {
                    visible.Slice(block.Start, block.Length).Clear();
                }
            }
        }
    }
}
