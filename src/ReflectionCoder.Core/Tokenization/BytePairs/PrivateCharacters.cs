namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>
/// Characters that a vocabulary doesn't use, to stand for what a text's characters can't: a byte, the unknown token, a space, nothing.
/// </summary>
/// <remarks>
/// A byte pair encoder starts from characters. Byte fallback and unknown tokens become part of that by writing them as characters of their
/// own, in vocabulary and text alike.
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

    /// <summary>Stands for a space, which separates the two tokens of a merge.</summary>
    public char Space { get; }

    /// <summary>Stands for a character that is dropped: in no vocabulary.</summary>
    public char Dropped { get; }

    /// <summary>Chooses characters.</summary>
    /// <param name="tokens">The vocabulary's tokens.</param>
    /// <returns>The characters; null when the vocabulary leaves too few.</returns>
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
