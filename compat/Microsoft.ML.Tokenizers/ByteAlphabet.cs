namespace Microsoft.ML.Tokenizers;

/// <summary>GPT-2's printable character for each byte: itself where printable, else the next free one from U+0100.</summary>
internal static class ByteAlphabet
{
    static ByteAlphabet()
    {
        ToChar = new char[256];
        ToByte = new short[0x144];
        Array.Fill(ToByte, (short)-1);
        int next = 0x100;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= 0x21 and <= 0x7e) or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
            char character = printable ? (char)value : (char)next++;
            ToChar[value] = character;
            ToByte[character] = (short)value;
        }
    }

    public static char[] ToChar { get; }

    private static short[] ToByte { get; }

    /// <summary>The byte that a character stands for; -1 when it stands for none.</summary>
    public static int ByteOf(char character) => character < ToByte.Length ? ToByte[character] : -1;
}
