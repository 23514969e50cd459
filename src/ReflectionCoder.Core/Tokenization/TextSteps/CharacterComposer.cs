using System.Runtime.InteropServices;
using System.Text;

namespace ReflectionCoder.Tokenization.TextSteps;

/// <summary>
/// Brings text to Unicode's normalization form C (NFC). .NET's own normalization needs ICU, which an application may not have, and refuses
/// U+FFFE.
/// </summary>
internal static class CharacterComposer
{
    // Characters below the first combining mark never change and don't combine with the character before them.
    private const char FirstCombining = '\u0300';

    /// <summary>Composes a text. Returns the same string if nothing changes.</summary>
    public static string Compose(string text)
    {
        if (!MayChange(text))
        {
            return text;
        }

        List<int> characters = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            CanonicalCharacters.Decompose(rune.Value, characters);
        }

        Span<int> decomposed = CollectionsMarshal.AsSpan(characters);
        byte[] classes = new byte[decomposed.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = CanonicalCharacters.ClassOf(decomposed[i]);
        }

        Order(decomposed, classes);
        return Encode(decomposed[..Compose(decomposed, classes)]);
    }

    private static bool MayChange(string text)
    {
        int start = text.AsSpan().IndexOfAnyInRange(FirstCombining, char.MaxValue);
        for (int i = start; i >= 0 && i < text.Length; i++)
        {
            int character = text[i];
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                character = char.ConvertToUtf32(text[i], text[++i]);
            }

            if (character >= FirstCombining && CanonicalCharacters.MayChange(character))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sorts combining characters that follow each other by their class. Those of equal class keep their order.</summary>
    private static void Order(Span<int> characters, Span<byte> classes)
    {
        for (int start = 0; start < classes.Length; start++)
        {
            int end = start;
            bool sorted = true;
            for (; end < classes.Length && classes[end] != 0; end++)
            {
                sorted &= end == start || classes[end - 1] <= classes[end];
            }

            if (!sorted)
            {
                // A key holds the class in its upper bits and the position in its lower bits, which makes the sort stable.
                ulong[] keys = new ulong[end - start];
                for (int i = 0; i < keys.Length; i++)
                {
                    keys[i] = ((ulong)classes[start + i] << 32) | (uint)i;
                }

                Array.Sort(keys);
                int[] run = characters[start..end].ToArray();
                for (int i = 0; i < keys.Length; i++)
                {
                    characters[start + i] = run[(uint)keys[i]];
                    classes[start + i] = (byte)(keys[i] >> 32);
                }
            }

            start = Math.Max(start, end - 1);
        }
    }

    /// <summary>
    /// Joins each character with the last character of class 0 before it, if the two compose and no character between them prevents it.
    /// </summary>
    /// <returns>How many characters are left.</returns>
    private static int Compose(Span<int> characters, ReadOnlySpan<byte> classes)
    {
        int kept = 0;
        int starter = -1;
        int lastClass = 0;
        for (int i = 0; i < characters.Length; i++)
        {
            int character = characters[i];
            byte current = classes[i];
            bool adjacent = starter >= 0 && kept == starter + 1;
            if (
                starter >= 0
                && (adjacent || (lastClass != 0 && lastClass < current))
                && CanonicalCharacters.Compose(characters[starter], character) is >= 0 and int whole
            )
            {
                characters[starter] = whole;
                continue;
            }

            if (current == 0)
            {
                starter = kept;
            }

            lastClass = current;
            characters[kept++] = character;
        }

        return kept;
    }

    private static string Encode(ReadOnlySpan<int> characters)
    {
        StringBuilder text = new(characters.Length);
        Span<char> units = stackalloc char[2];
        foreach (int character in characters)
        {
            text.Append(units[..new Rune(character).EncodeToUtf16(units)]);
        }

        return text.ToString();
    }
}
