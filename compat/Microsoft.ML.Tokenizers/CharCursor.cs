using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>Walks a text's characters as its symbols, counted in UTF-8 bytes or in characters, go by.</summary>
internal ref struct CharCursor
{
    private readonly ReadOnlySpan<char> text;
    private readonly bool byteLevel;
    private int units;
    private int unitsAtIndex;

    public CharCursor(ReadOnlySpan<char> text, bool byteLevel)
    {
        this.text = text;
        this.byteLevel = byteLevel;
    }

    /// <summary>The character that holds the next unit.</summary>
    public int Index { get; private set; }

    /// <summary>Passes some units.</summary>
    /// <returns>One past the last character that they touch.</returns>
    public int Advance(int count)
    {
        units += count;
        if (!byteLevel)
        {
            return Index = units;
        }

        while (Index < text.Length)
        {
            Rune.DecodeFromUtf16(text[Index..], out Rune rune, out int chars);
            if (unitsAtIndex + rune.Utf8SequenceLength > units)
            {
                return unitsAtIndex == units ? Index : Index + chars;
            }

            unitsAtIndex += rune.Utf8SequenceLength;
            Index += chars;
        }

        return Index;
    }
}
