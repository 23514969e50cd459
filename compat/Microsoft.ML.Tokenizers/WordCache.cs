using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Tokenizers;

/// <summary>Remembers what words were merged to: a table of fixed size in which a new word takes an old one's place. Thread-safe, without locks.</summary>
internal sealed class WordCache
{
    private const int Bits = 16;
    private const int LongestWord = 32;
    private readonly Entry?[] entries = new Entry?[1 << Bits];

    /// <summary>What a word was merged to; null when it isn't remembered.</summary>
    /// <param name="word">The word.</param>
    /// <param name="hash">Its hash, for <see cref="Add"/>.</param>
    public Symbol[]? Find(ReadOnlySpan<char> word, out ulong hash)
    {
        if (word.Length > LongestWord)
        {
            hash = 0;
            return null;
        }

        hash = HashOf(word);

        // Entries never change, so a reference read whole is all the care that threads need.
        Entry? entry = Volatile.Read(ref entries[hash >> (64 - Bits)]);
        return entry is not null && entry.Hash == hash && word.SequenceEqual(entry.Word) ? entry.Symbols : null;
    }

    /// <summary>Remembers a word; a long one isn't worth it.</summary>
    public void Add(ReadOnlySpan<char> word, ulong hash, Symbol[] symbols)
    {
        if (word.Length <= LongestWord)
        {
            Volatile.Write(ref entries[hash >> (64 - Bits)], new Entry(hash, word.ToString(), symbols));
        }
    }

    private static ulong HashOf(ReadOnlySpan<char> word)
    {
        const ulong Multiplier = 0x9e3779b97f4a7c15;
        ulong hash = (ulong)word.Length * Multiplier;
        while (word.Length >= 4)
        {
            hash = (BitOperations.RotateLeft(hash, 29) ^ MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(word))) * Multiplier;
            word = word[4..];
        }

        ulong rest = 0;
        foreach (char character in word)
        {
            rest = (rest << 16) | character;
        }

        hash = (BitOperations.RotateLeft(hash, 29) ^ rest) * Multiplier;
        return (hash ^ (hash >> 32)) * Multiplier;
    }

    private sealed record Entry(ulong Hash, string Word, Symbol[] Symbols);
}
