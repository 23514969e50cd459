using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ReflectionCoder.Files;

namespace ReflectionCoder.Gguf.Format;

/// <summary>
/// Reads the numbers, texts and lists of a header. A length is compared with what is left of the file before memory for it is taken,
/// because files come from strangers.
/// </summary>
internal sealed class GgufHeaderReader(Stream stream, string path)
{
    /// <summary>Most bytes of a header: several times what the largest vocabularies take.</summary>
    internal const long LongestHeader = 1L << 28;

    /// <summary>Most items of a list: more than any vocabulary or list of merges has.</summary>
    private const ulong LongestList = 1 << 22;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly long length = stream.Length;
    private readonly byte[] number = new byte[8];

    /// <summary>Number of bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that a header may still have.</summary>
    public long Left => Math.Min(length, LongestHeader) - Position;

    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(ReadNumber(4, what));

    public ulong ReadUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(ReadNumber(8, what));

    /// <summary>Reads a text: its length in bytes, then UTF-8.</summary>
    public string ReadText(string what)
    {
        ulong count = ReadUInt64(what);
        RequireLeft(count, 1, what);
        byte[] bytes = new byte[count];
        ReadExactly(bytes, what);
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Error(what, "is not valid UTF-8.", e);
        }
    }

    /// <summary>
    /// Reads a value: <see cref="long"/> (also for unsigned numbers of at most 63 bits), <see cref="double"/>, <see cref="bool"/>,
    /// <see cref="string"/>, or an array of one of them.
    /// </summary>
    public object ReadValue(string key)
    {
        GgufValueType type = ReadType(key);
        if (type != GgufValueType.Array)
        {
            return ReadScalar(type, key);
        }

        GgufValueType item = ReadType(key);
        ulong count = ReadUInt64(key);
        if (item == GgufValueType.Array)
        {
            throw Error(key, "is a list of lists, which no key of a model is.");
        }

        RequireLeft(count, SizeOf(item), key);
        if (count > LongestList)
        {
            throw Error(key, string.Create(CultureInfo.InvariantCulture, $"has {count} items; expected at most {LongestList}."));
        }

        return item switch
        {
            GgufValueType.String => ReadList<string>(count, item, key),
            GgufValueType.Bool => ReadList<bool>(count, item, key),
            GgufValueType.Float32 or GgufValueType.Float64 => ReadList<double>(count, item, key),
            _ => ReadList<long>(count, item, key),
        };
    }

    /// <summary>Creates an error that names the file and the key or tensor.</summary>
    public DataFormatException Error(string? what, string problem, Exception? inner = null) =>
        what is null ? new DataFormatException(path, problem, inner) : new DataFormatException(path, Short(what), problem, inner);

    /// <summary>Text of a file that a message quotes; a hostile file may hold a very long one.</summary>
    public static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";

    /// <summary>Requires that as many items may follow.</summary>
    public void RequireLeft(ulong count, int size, string what)
    {
        if (count > (ulong)Left / (ulong)size)
        {
            throw Error(
                what,
                string.Create(CultureInfo.InvariantCulture, $"needs {count} times {size} bytes or more, and {Left} are left of the header.")
            );
        }
    }

    private GgufValueType ReadType(string key)
    {
        uint type = ReadUInt32(key);
        return type <= (uint)GgufValueType.Float64
            ? (GgufValueType)type
            : throw Error(key, string.Create(CultureInfo.InvariantCulture, $"has a value of type {type}, which the format doesn't have."));
    }

    private T[] ReadList<T>(ulong count, GgufValueType type, string key)
    {
        var items = new T[count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = (T)ReadScalar(type, key);
        }

        return items;
    }

    private object ReadScalar(GgufValueType type, string key) =>
        type switch
        {
            GgufValueType.String => ReadText(key),
            GgufValueType.Bool => ReadNumber(1, key)[0] switch
            {
                0 => false,
                1 => true,
                byte other => throw Error(key, $"is a truth value of {other}; expected 0 or 1."),
            },
            GgufValueType.UInt8 => (long)ReadNumber(1, key)[0],
            GgufValueType.Int8 => (long)(sbyte)ReadNumber(1, key)[0],
            GgufValueType.UInt16 => (long)BinaryPrimitives.ReadUInt16LittleEndian(ReadNumber(2, key)),
            GgufValueType.Int16 => (long)BinaryPrimitives.ReadInt16LittleEndian(ReadNumber(2, key)),
            GgufValueType.UInt32 => (long)ReadUInt32(key),
            GgufValueType.Int32 => (long)BinaryPrimitives.ReadInt32LittleEndian(ReadNumber(4, key)),
            GgufValueType.Float32 => (double)BinaryPrimitives.ReadSingleLittleEndian(ReadNumber(4, key)),
            GgufValueType.UInt64 => ReadUInt64(key) is <= long.MaxValue and ulong value
                ? (long)value
                : throw Error(key, "has more than 63 bits."),
            GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(ReadNumber(8, key)),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(ReadNumber(8, key)),
        };

    private static int SizeOf(GgufValueType type) =>
        type switch
        {
            GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
            GgufValueType.UInt16 or GgufValueType.Int16 => 2,
            GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
            _ => 8, // a text has at least its length
        };

    private ReadOnlySpan<byte> ReadNumber(int size, string what)
    {
        RequireLeft((ulong)size, 1, what);
        Span<byte> bytes = number.AsSpan(0, size);
        ReadExactly(bytes, what);
        return bytes;
    }

    private void ReadExactly(Span<byte> bytes, string what)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw Error(what, "can't be read whole: the file has become shorter.");
        }

        Position += bytes.Length;
    }
}
