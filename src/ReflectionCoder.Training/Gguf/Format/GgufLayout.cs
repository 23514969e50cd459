namespace ReflectionCoder.Gguf.Format;

/// <summary>
/// What a file begins with: magic, version, counts, keys and the descriptions of the tensors, padded to where the tensors' data starts. All
/// numbers are little endian.
/// </summary>
internal static class GgufLayout
{
    /// <summary>Where no key says otherwise, the data and each tensor in it start at a multiple of this.</summary>
    internal const int Alignment = 32;

    /// <summary>The version that is written. Version 2 has the same layout.</summary>
    internal const uint Version = 3;

    /// <summary>The bytes that a file begins with.</summary>
    internal static ReadOnlySpan<byte> Magic => "GGUF"u8;

    /// <summary>Gives tensors their places, end to end, each padded to the alignment.</summary>
    /// <param name="tensors">Names, shapes and types, in the order of the data.</param>
    /// <returns>The tensors, with offsets counted from the start of the data.</returns>
    internal static IReadOnlyList<GgufTensor> Place(IEnumerable<(string Name, IReadOnlyList<long> Shape, GgufTensorType Type)> tensors)
    {
        List<GgufTensor> placed = [];
        long offset = 0;
        foreach ((string name, IReadOnlyList<long> shape, GgufTensorType type) in tensors)
        {
            GgufTensor tensor = new(name, shape, type, offset);
            placed.Add(tensor);
            offset += Align(tensor.Bytes);
        }

        return placed;
    }

    /// <summary>Makes the bytes in front of the data.</summary>
    internal static byte[] Head(GgufKeys keys, IReadOnlyList<GgufTensor> tensors)
    {
        using MemoryStream head = new();
        head.Write(Magic);
        GgufKeys.WriteNumber(head, Version);
        GgufKeys.WriteNumber(head, (ulong)tensors.Count);
        GgufKeys.WriteNumber(head, (ulong)keys.Count);
        head.Write(keys.Bytes);
        foreach (GgufTensor tensor in tensors)
        {
            GgufKeys.WriteText(head, tensor.Name);
            GgufKeys.WriteNumber(head, (uint)tensor.Shape.Count);
            foreach (long size in tensor.Shape.Reverse())
            {
                GgufKeys.WriteNumber(head, (ulong)size);
            }

            GgufKeys.WriteNumber(head, (uint)tensor.Type);
            GgufKeys.WriteNumber(head, (ulong)tensor.Offset);
        }

        head.Write(Padding(head.Length));
        return head.ToArray();
    }

    /// <summary>The zeros that follow so many bytes.</summary>
    internal static ReadOnlySpan<byte> Padding(long length) => new byte[Alignment].AsSpan(0, (int)(Align(length) - length));

    private static long Align(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
