using System.Text;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.HuggingFace;

namespace ReflectionCoder.Tests.Tokenization;

/// <summary>Writes small SentencePiece models.</summary>
internal static class SentencePieceFile
{
    public static byte[] Write(
        IEnumerable<(string Text, float Score, PieceType Type)> pieces,
        int modelType = 2,
        bool byteFallback = true,
        bool removesSpaces = false,
        byte[]? charsmap = null
    )
    {
        List<byte> file = [];
        foreach ((string text, float score, PieceType type) in pieces)
        {
            List<byte> piece = [];
            Bytes(piece, 1, Encoding.UTF8.GetBytes(text));
            Number(piece, 2 << 3 | 5, null);
            piece.AddRange(BitConverter.GetBytes(score));
            Number(piece, 3 << 3, (int)type);
            Bytes(file, 1, [.. piece]);
        }

        List<byte> trainer = [];
        Number(trainer, 3 << 3, modelType);
        Number(trainer, 35 << 3, byteFallback ? 1 : 0);
        Bytes(file, 2, [.. trainer]);
        List<byte> normalizer = [];
        Number(normalizer, 4 << 3, removesSpaces ? 1 : 0);
        Bytes(normalizer, 2, charsmap ?? []);
        Bytes(file, 3, [.. normalizer]);
        return [.. file];
    }

    private static void Bytes(List<byte> target, int field, byte[] content)
    {
        Number(target, (field << 3) | 2, content.Length);
        target.AddRange(content);
    }

    private static void Number(List<byte> target, int key, int? value)
    {
        foreach (int number in value is int given ? (int[])[key, given] : [key])
        {
            uint rest = (uint)number;
            for (; rest >= 0x80; rest >>= 7)
            {
                target.Add((byte)(rest | 0x80));
            }

            target.Add((byte)rest);
        }
    }
}
