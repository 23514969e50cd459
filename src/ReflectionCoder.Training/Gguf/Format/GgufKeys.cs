using System.Buffers.Binary;
using System.Text;

namespace ReflectionCoder.Gguf.Format;

/// <summary>Types of a key's value. The values are those of the format.</summary>
internal enum GgufValueType
{
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
}

/// <summary>The keys of a file that is being written, as bytes. Not thread-safe.</summary>
internal sealed class GgufKeys : IDisposable
{
    private readonly MemoryStream buffer = new();

    /// <summary>Number of keys.</summary>
    public long Count { get; private set; }

    /// <summary>The bytes of all keys.</summary>
    public ReadOnlySpan<byte> Bytes => buffer.GetBuffer().AsSpan(0, (int)buffer.Length);

    public void Add(string key, uint value)
    {
        Begin(key, GgufValueType.UInt32);
        WriteNumber(value);
    }

    public void Add(string key, float value)
    {
        Begin(key, GgufValueType.Float32);
        WriteNumber(BitConverter.SingleToUInt32Bits(value));
    }

    public void Add(string key, bool value)
    {
        Begin(key, GgufValueType.Bool);
        buffer.WriteByte(value ? (byte)1 : (byte)0);
    }

    public void Add(string key, string value)
    {
        Begin(key, GgufValueType.String);
        WriteText(buffer, value);
    }

    public void Add(string key, IReadOnlyList<string> values)
    {
        BeginArray(key, GgufValueType.String, values.Count);
        foreach (string value in values)
        {
            WriteText(buffer, value);
        }
    }

    public void Add(string key, IReadOnlyList<int> values)
    {
        BeginArray(key, GgufValueType.Int32, values.Count);
        foreach (int value in values)
        {
            WriteNumber(unchecked((uint)value));
        }
    }

    public void Add(string key, IReadOnlyList<float> values)
    {
        BeginArray(key, GgufValueType.Float32, values.Count);
        foreach (float value in values)
        {
            WriteNumber(BitConverter.SingleToUInt32Bits(value));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => buffer.Dispose();

    /// <summary>Writes a text as the format has it: its length in bytes, then UTF-8.</summary>
    internal static void WriteText(Stream stream, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteNumber(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    internal static void WriteNumber(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    internal static void WriteNumber(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private void Begin(string key, GgufValueType type)
    {
        WriteText(buffer, key);
        WriteNumber((uint)type);
        Count++;
    }

    private void BeginArray(string key, GgufValueType type, int count)
    {
        Begin(key, GgufValueType.Array);
        WriteNumber((uint)type);
        WriteNumber(buffer, (ulong)count);
    }

    private void WriteNumber(uint value) => WriteNumber(buffer, value);
}
