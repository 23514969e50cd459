using System.Buffers.Binary;

namespace ReflectionCoder.Tokenization;

/// <summary>Reads the fields of a protocol buffers message.</summary>
/// <remarks>Throws <see cref="FormatException"/> on what isn't one.</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> rest = message;
    private int wireType;

    /// <summary>Number of the field that was read.</summary>
    public int Field { get; private set; }

    /// <summary>Value of a number field.</summary>
    public ulong Number { get; private set; }

    /// <summary>Value of a field of bytes, text or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Value of a four-byte field as a float.</summary>
    public readonly float Float => wireType == 5 ? BitConverter.UInt32BitsToSingle((uint)Number) : throw new FormatException($"field {Field} is no float");

    /// <summary>Reads the next field.</summary>
    /// <returns>False at the end.</returns>
    public bool Read()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        ulong key = Varint();
        wireType = (int)(key & 7);
        Field = key >> 3 is > 0 and < (1 << 29) and ulong number ? (int)number : throw new FormatException("a field has no valid number");
        Bytes = [];
        switch (wireType)
        {
            case 0:
                Number = Varint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new FormatException($"field {Field} has the unknown wire type {wireType}");
        }

        return true;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            throw new FormatException($"the data ends inside field {Field}");
        }

        ReadOnlySpan<byte> taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number has no end");
    }
}
