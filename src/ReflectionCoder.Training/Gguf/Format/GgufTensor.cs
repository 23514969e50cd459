namespace ReflectionCoder.Gguf.Format;

/// <summary>A tensor of a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape in torch's order: the last dimension is the one whose numbers are neighbours.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Offset">Its first byte. In a header that was read it is counted from the start of the file.</param>
internal sealed record GgufTensor(string Name, IReadOnlyList<long> Shape, GgufTensorType Type, long Offset)
{
    /// <summary>Bytes of its data.</summary>
    public long Bytes => BytesOf(Shape, Type);

    /// <summary>Bytes of the data of a shape that was checked.</summary>
    public static long BytesOf(IReadOnlyList<long> shape, GgufTensorType type)
    {
        (int numbers, int bytes) = GgufTensorTypes.BlockOf(type);
        return shape.Aggregate(1L, (product, size) => checked(product * size)) / numbers * bytes;
    }
}
