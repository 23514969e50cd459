namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Characters that a vocabulary doesn't use. They stand for things that aren't characters of a text: a byte, the unknown token, a space as
/// a part of a token, and a dropped character.
/// </summary>
/// <remarks>
/// Microsoft's byte pair encoder knows only characters. If bytes and unknown tokens are written as characters of their own, both in the
/// vocabulary and in the text, it handles byte fallback and unknown tokens without knowing of them.
/// </remarks>
internal sealed class PrivateCharacters
{
    private readonly char[] bytes;

    private PrivateCharacters(char[] chosen)
    {
        bytes = chosen[..256];
        Unknown = chosen[256];
        Space = chosen[257];
        Dropped = chosen[258];
    }

    /// <summary>Stands for the unknown token.</summary>
    public char Unknown { get; }

    /// <summary>Stands for a space in a token. A real space would separate the two tokens of a merge.</summary>
    public char Space { get; }

    /// <summary>Stands for a character that is dropped. No token has it.</summary>
    public char Dropped { get; }

    /// <summary>Chooses characters.</summary>
    /// <param name="tokens">The vocabulary's tokens.</param>
    /// <returns>The characters; null if the vocabulary uses too many.</returns>
    public static PrivateCharacters? Choose(IEnumerable<string> tokens)
    {
        HashSet<char> used = [.. tokens.SelectMany(token => token)];
        char[] chosen =
        [
            .. Enumerable.Range(0xe000, 0xfdd0 - 0xe000).Select(code => (char)code).Where(character => !used.Contains(character)).Take(259),
        ];
        return chosen.Length == 259 ? new PrivateCharacters(chosen) : null;
    }

    /// <summary>The character that stands for a byte.</summary>
    public char Of(byte value) => bytes[value];
}
