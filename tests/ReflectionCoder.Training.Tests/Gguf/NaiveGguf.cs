using System.Text;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>A file read field by field as the format's description says, without checks: the twin of what the library reads.</summary>
internal sealed class NaiveGguf
{
    private readonly byte[] bytes;
    private int at = 4;

    internal NaiveGguf(string path)
    {
        bytes = File.ReadAllBytes(path);
        Assert.Equal("GGUF", Encoding.ASCII.GetString(bytes, 0, 4));
        Version = BitConverter.ToUInt32(Next(4));
        ulong tensors = BitConverter.ToUInt64(Next(8));
        ulong keys = BitConverter.ToUInt64(Next(8));
        for (ulong i = 0; i < keys; i++)
        {
            string key = Text();
            Keys.Add(key, Value(BitConverter.ToUInt32(Next(4))));
        }

        for (ulong i = 0; i < tensors; i++)
        {
            string name = Text();
            ulong[] shape = [.. Enumerable.Range(0, (int)BitConverter.ToUInt32(Next(4))).Select(_ => BitConverter.ToUInt64(Next(8)))];
            Tensors.Add(name, (shape, BitConverter.ToUInt32(Next(4)), BitConverter.ToUInt64(Next(8))));
        }

        HeadLength = at;
        DataStart = (HeadLength + 31) / 32 * 32;
    }

    internal uint Version { get; }

    internal OrderedDictionary<string, object> Keys { get; } = [];

    /// <summary>Shape in the order of the file, type and offset in the data.</summary>
    internal OrderedDictionary<string, (ulong[] Shape, uint Type, ulong Offset)> Tensors { get; } = [];

    internal long HeadLength { get; }

    internal long DataStart { get; }

    internal byte[] Bytes => bytes;

    /// <summary>The numbers of a tensor in float32.</summary>
    internal float[] Floats(string name)
    {
        (ulong[] shape, uint type, ulong offset) = Tensors[name];
        Assert.Equal(0u, type);
        float[] numbers = new float[shape.Aggregate(1, (product, size) => product * (int)size)];
        Buffer.BlockCopy(bytes, (int)(DataStart + (long)offset), numbers, 0, numbers.Length * 4);
        return numbers;
    }

    private object Value(uint type) =>
        type switch
        {
            4 => BitConverter.ToUInt32(Next(4)),
            5 => BitConverter.ToInt32(Next(4)),
            6 => BitConverter.ToSingle(Next(4)),
            7 => Next(1)[0] == 1,
            8 => Text(),
            9 => List(BitConverter.ToUInt32(Next(4))),
            _ => throw new InvalidDataException($"{type}"),
        };

    private object[] List(uint type) => [.. Enumerable.Range(0, (int)BitConverter.ToUInt64(Next(8))).Select(_ => Value(type))];

    private string Text() => Encoding.UTF8.GetString(Next((int)BitConverter.ToUInt64(Next(8))));

    private ReadOnlySpan<byte> Next(int count) => bytes.AsSpan((at += count) - count, count);
}
