using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ReflectionCoder.Evaluation.Benchmarks;

/// <summary>
/// Reads a text as LiveCodeBench packs its hidden tests: Python's pickle of one string, compressed (zlib), in base64.
/// </summary>
/// <remarks>
/// A pickle is a program, and to run one from a file would be to trust that file. So this knows only the few operations that make one
/// string, and refuses every other.
/// </remarks>
internal static class PickledText
{
    private const byte Protocol = 0x80;
    private const byte Frame = 0x95;
    private const byte ShortText = 0x8c;
    private const byte Text = (byte)'X';
    private const byte LongText = 0x8d;
    private const byte Memoize = 0x94;
    private const byte Put = (byte)'q';
    private const byte LongPut = (byte)'r';
    private const byte Stop = (byte)'.';

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the text.</summary>
    /// <param name="packed">The packed text.</param>
    /// <param name="largest">The largest size that it may have once it is decompressed, in bytes.</param>
    /// <exception cref="FormatException">It isn't packed so, or is too large.</exception>
    public static string Read(string packed, int largest)
    {
        try
        {
            return Unpickle(Inflate(Convert.FromBase64String(packed), largest));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new FormatException($"is not compressed with zlib: {e.Message}", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("holds a text that is not UTF-8", e);
        }
    }

    private static ReadOnlySpan<byte> Inflate(byte[] compressed, int largest)
    {
        using var inflating = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = inflating.Read(buffer)) > 0; )
        {
            if (inflated.Length + read > largest)
            {
                throw new FormatException($"is larger than {largest} bytes when it is decompressed");
            }

            inflated.Write(buffer, 0, read);
        }

        return inflated.GetBuffer().AsSpan(0, (int)inflated.Length);
    }

    /// <summary>Runs a pickle that makes one string.</summary>
    public static string Unpickle(ReadOnlySpan<byte> pickle)
    {
        string? text = null;
        while (pickle.Length > 0)
        {
            byte operation = pickle[0];
            pickle = pickle[1..];
            switch (operation)
            {
                case Protocol or Put:
                    Take(ref pickle, 1);
                    break;
                case LongPut:
                    Take(ref pickle, sizeof(uint));
                    break;
                case Frame:
                    Take(ref pickle, sizeof(ulong));
                    break;
                case Memoize:
                    break;
                case ShortText when text is null:
                    text = TextOf(ref pickle, Take(ref pickle, 1)[0]);
                    break;
                case Text when text is null:
                    text = TextOf(ref pickle, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref pickle, sizeof(uint))));
                    break;
                case LongText when text is null:
                    text = TextOf(ref pickle, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref pickle, sizeof(ulong))));
                    break;
                case Stop when text is not null && pickle.Length == 0:
                    return text;
                default:
                    throw new FormatException($"is a pickle of something else than one string (operation 0x{operation:x2})");
            }
        }

        throw new FormatException("is a pickle that is cut off");
    }

    private static string TextOf(ref ReadOnlySpan<byte> pickle, ulong length) => Strict.GetString(Take(ref pickle, length));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> pickle, ulong length)
    {
        if (length > (ulong)pickle.Length)
        {
            throw new FormatException("is a pickle that is cut off");
        }

        ReadOnlySpan<byte> taken = pickle[..(int)length];
        pickle = pickle[(int)length..];
        return taken;
    }
}
