using ReflectionCoder.Randomness;

namespace ReflectionCoder.Curation;

/// <summary>Splits texts and programs into words, in such a way that the same thing said in another style has the same words.</summary>
/// <remarks>
/// White space, punctuation and operators only separate. Names are split at underscores and where a capital follows a small letter, so
/// that <c>has_close_elements</c> and <c>hasCloseElements</c> are equal. Characters of scripts without spaces are words of their own.
/// </remarks>
internal static class WordReader
{
    /// <summary>Reads the words of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="words">Receives the words in order; emptied first.</param>
    public static void Read(ReadOnlySpan<char> text, List<Word> words)
    {
        words.Clear();
        int i = 0;
        while (i < text.Length)
        {
            if (char.IsLetterOrDigit(text[i]))
            {
                int end = EndOf(text, i);
                words.Add(new Word(i, end - i, Hash(text[i..end]), IsTelling(text[i..end])));
                i = end;
            }
            else
            {
                i++;
            }
        }
    }

    /// <summary>Reads the words of a text.</summary>
    public static List<Word> Read(ReadOnlySpan<char> text)
    {
        List<Word> words = [];
        Read(text, words);
        return words;
    }

    private static int EndOf(ReadOnlySpan<char> text, int start)
    {
        int i = start + 1;
        while (
            i < text.Length
            && char.IsLetterOrDigit(text[i])
            && !(char.IsUpper(text[i]) && char.IsLower(text[i - 1]))
            && !IsWholeWord(text[i - 1])
            && !IsWholeWord(text[i])
        )
        {
            i++;
        }

        return i;
    }

    /// <summary>Han characters and kana.</summary>
    private static bool IsWholeWord(char c) => c is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u9fff');

    private static bool IsTelling(ReadOnlySpan<char> word)
    {
        int letters = 0;
        foreach (char c in word)
        {
            letters +=
                IsWholeWord(c) ? 2
                : char.IsLetter(c) ? 1
                : 0;
        }

        return letters >= 2;
    }

    /// <summary>FNV-1a over the characters in lower case, then mixed, because neighbouring words would have related hashes.</summary>
    private static ulong Hash(ReadOnlySpan<char> word)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (char c in word)
        {
            hash = unchecked((hash ^ char.ToLowerInvariant(c)) * 0x100000001b3);
        }

        return SplitMix64.Mix(hash);
    }
}
