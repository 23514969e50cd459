using System.Text;
using System.Text.Unicode;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>GPT-2's byte characters: a printable character for each byte. Byte-level vocabularies are written in them.</summary>
internal static class ByteCharacters
{
    private static readonly char[] Characters = Build();
    private static readonly Dictionary<char, byte> Bytes = Invert();

    /// <summary>The character of a byte.</summary>
    public static char Of(byte value) => Characters[value];

    /// <summary>The text that a token stands for; null if its bytes aren't text, such as a part of a character.</summary>
    public static string? DecodeText(string token)
    {
        byte[]? bytes = Decode(token);
        return bytes is not null && Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }

    /// <summary>The bytes that a token stands for; null if one of its characters stands for no byte.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    private static char[] Build()
    {
        char[] characters = new char[256];
        int next = 0x100;
        for (int value = 0; value < characters.Length; value++)
        {
            // A byte that is printable in Latin-1 has that character. The rest (controls, spaces, soft hyphen) get those from U+0100 on.
            bool printable = value is (>= '!' and <= '~') or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
            characters[value] = printable ? (char)value : (char)next++;
        }

        return characters;
    }

    private static Dictionary<char, byte> Invert()
    {
        Dictionary<char, byte> bytes = [];
        for (int value = 0; value < Characters.Length; value++)
        {
            bytes[Characters[value]] = (byte)value;
        }

        return bytes;
    }
}
