using System.Buffers;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <content>One piece of text to symbols.</content>
public sealed partial class BpeTokenizer
{
    private Symbol[] WordOf(ReadOnlySpan<char> piece)
    {
        if (cache.Find(piece, out ulong hash) is Symbol[] known)
        {
            return known;
        }

        Symbol[] word = Merge(piece);
        cache.Add(piece, hash, word);
        return word;
    }

    private Symbol[] Merge(ReadOnlySpan<char> piece)
    {
        Symbol[] buffer = ArrayPool<Symbol>.Shared.Rent(Math.Max(1, ByteLevel ? piece.Length * 3 : piece.Length));
        int count = ByteLevel && ContinuingSubwordPrefix is null or "" && EndOfWordSuffix is null or ""
            ? SplitBytes(piece, buffer)
            : SplitCharacters(ByteLevel ? ToAlphabet(piece) : piece, buffer);
        Symbol[] merged = merger.Merge(buffer.AsSpan(0, count));
        ArrayPool<Symbol>.Shared.Return(buffer);
        return merged;
    }

    private static string ToAlphabet(ReadOnlySpan<char> piece)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        return string.Create(bytes.Length, bytes, (span, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                span[i] = ByteAlphabet.ToChar[source[i]];
            }
        });
    }

    private int SplitBytes(ReadOnlySpan<char> piece, Symbol[] symbols)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(piece.Length * 3);
        int length = Encoding.UTF8.GetBytes(piece, bytes);
        int count = 0;
        bool unknown = false;
        for (int i = 0; i < length; i++)
        {
            int id = byteIds[bytes[i]];
            count = Append(symbols, count, id, 1, ref unknown);
        }

        ArrayPool<byte>.Shared.Return(bytes);
        return count;
    }

    private int SplitCharacters(ReadOnlySpan<char> piece, Symbol[] symbols)
    {
        int count = 0;
        bool unknown = false;
        for (int i = 0, length; i < piece.Length; i += length)
        {
            length = char.IsHighSurrogate(piece[i]) && i + 1 < piece.Length && char.IsLowSurrogate(piece[i + 1]) ? 2 : 1;
            bool affixed = (i > 0 && ContinuingSubwordPrefix is not null) || (i + length == piece.Length && EndOfWordSuffix is not null);
            ReadOnlySpan<char> symbol = piece.Slice(i, length);
            if (affixed)
            {
                symbol = string.Concat(
                    i > 0 ? ContinuingSubwordPrefix : null,
                    symbol,
                    i + length == piece.Length ? EndOfWordSuffix : null);
            }

            count = Append(symbols, count, vocabularyBySpan.TryGetValue(symbol, out int id) ? id : -1, length, ref unknown);
        }

        return count;
    }

    /// <summary>Adds a symbol; one out of vocabulary becomes the unknown token (joined to the one before when fusing), or is lost.</summary>
    private int Append(Symbol[] symbols, int count, int id, int length, ref bool unknown)
    {
        if (id >= 0)
        {
            unknown = false;
            symbols[count] = new Symbol(id, length);
            return count + 1;
        }

        if (unknownId < 0)
        {
            return count;
        }

        if (unknown && FuseUnknownTokens)
        {
            symbols[count - 1] = new Symbol(unknownId, symbols[count - 1].Length + length);
            return count;
        }

        unknown = true;
        symbols[count] = new Symbol(unknownId, length);
        return count + 1;
    }
}
