using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace TorchSharp.Tensorboard;

/// <summary>
/// TensorBoard's event files: TFRecords (length, checksum, bytes, checksum) of the protocol buffer Event. The few fields that are
/// written are numbered here as in TensorFlow's event.proto, summary.proto and tensor.proto.
/// </summary>
internal static class EventFile
{
    private const int StringType = 7;

    internal static byte[] Start(double walltime) => new Message().Double(1, walltime).Text(3, "brain.Event:2").ToArray();

    internal static byte[] Scalar(string tag, float value, long step, double walltime) =>
        Event(step, walltime, new Message().Text(1, tag).Float(2, value));

    internal static byte[] Text(string tag, string text, long step, double walltime)
    {
        var plugin = new Message().Nested(1, new Message().Text(1, "text"));
        var shape = new Message().Nested(2, new Message().Integer(1, 1));
        var tensor = new Message().Integer(1, StringType).Nested(2, shape).Text(8, text);
        return Event(step, walltime, new Message().Text(1, tag + "/text_summary").Nested(8, tensor).Nested(9, plugin));
    }

    /// <summary>Adds one record; the file holds whole records whenever nobody is writing.</summary>
    internal static void Append(string path, byte[] record)
    {
        var frame = new byte[sizeof(long) + sizeof(uint) + record.Length + sizeof(uint)];
        BinaryPrimitives.WriteInt64LittleEndian(frame, record.LongLength);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), MaskedChecksum(frame.AsSpan(0, 8)));
        record.CopyTo(frame.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12 + record.Length), MaskedChecksum(record));
        using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(frame);
    }

    private static byte[] Event(long step, double walltime, Message value) =>
        new Message().Double(1, walltime).Integer(2, step).Nested(5, new Message().Nested(1, value)).ToArray();

    /// <summary>CRC-32C, rotated and offset as TFRecord wants it.</summary>
    private static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }

    /// <summary>A protocol buffer message under construction.</summary>
    private sealed class Message
    {
        private readonly ArrayBufferWriter<byte> bytes = new();

        internal byte[] ToArray() => bytes.WrittenSpan.ToArray();

        internal Message Integer(int field, long value)
        {
            Varint((ulong)(field << 3));
            Varint(unchecked((ulong)value));
            return this;
        }

        internal Message Double(int field, double value)
        {
            Varint((ulong)((field << 3) | 1));
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.GetSpan(8), value);
            bytes.Advance(8);
            return this;
        }

        internal Message Float(int field, float value)
        {
            Varint((ulong)((field << 3) | 5));
            BinaryPrimitives.WriteSingleLittleEndian(bytes.GetSpan(4), value);
            bytes.Advance(4);
            return this;
        }

        internal Message Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

        internal Message Nested(int field, Message value) => Bytes(field, value.bytes.WrittenSpan);

        private Message Bytes(int field, ReadOnlySpan<byte> value)
        {
            Varint((ulong)((field << 3) | 2));
            Varint((ulong)value.Length);
            bytes.Write(value);
            return this;
        }

        private void Varint(ulong value)
        {
            var span = bytes.GetSpan(10);
            var length = 0;
            for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
            span[length++] = (byte)value;
            bytes.Advance(length);
        }
    }
}
