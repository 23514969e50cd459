using Microsoft.ML.Tokenizers;

namespace ReflectionCoder.Tokenization;

/// <summary>Splits prepared text at separators, which belong to no piece, and wherever no merge could join what stands on both sides.</summary>
/// <param name="separator">The separator.</param>
/// <param name="boundaries">Where text may be cut; null to cut at separators alone.</param>
internal sealed class SeparatedPieces(char separator, MergeBoundaries? boundaries) : PreTokenizer
{
    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    /// <inheritdoc/>
    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        List<(int Offset, int Length)> pieces = new(text.Length / 3);
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == separator)
            {
                Add(i);
                start = i + 1;
            }
            else if (i > start && boundaries is not null && !boundaries.Joins(text[i - 1], text[i]))
            {
                Add(i);
                start = i;
            }
        }

        Add(text.Length);
        return pieces;

        void Add(int end)
        {
            if (end > start)
            {
                pieces.Add((start, end - start));
            }
        }
    }
}
