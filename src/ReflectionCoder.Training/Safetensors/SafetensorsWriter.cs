using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>Writes a safetensors file from front to back, and holds one tensor at a time.</summary>
internal static class SafetensorsWriter
{
    private static readonly Dictionary<string, string> TransformersMetadata = new() { ["format"] = "pt" };

    /// <summary>
    /// Writes the header and the data. Tensors with larger elements come first, then they are in the order of their names, so equal tensors
    /// give equal bytes.
    /// </summary>
    /// <param name="stream">The stream that is written to.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">The <c>__metadata__</c>; null for <c>{"format":"pt"}</c>, which transformers requires.</param>
    /// <exception cref="ArgumentException">A tensor has another dtype or shape than its <see cref="TensorSource"/> says.</exception>
    internal static void Write(Stream stream, IEnumerable<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TensorSource[] items = Sorted(tensors);
        stream.Write(Head(items, metadata ?? TransformersMetadata));
        foreach (TensorSource item in items)
        {
            using IDisposable noGrad = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor tensor = item.Open();
            if (tensor.dtype != item.Dtype || !tensor.shape.SequenceEqual(item.Shape))
            {
                throw new ArgumentException(
                    $"Tensor '{item.Name}' is {tensor.dtype} [{string.Join(", ", tensor.shape)}]; "
                        + $"expected {item.Dtype} [{string.Join(", ", item.Shape)}].",
                    nameof(tensors)
                );
            }

            TensorBytes.Visit(
                tensor.detach().cpu().contiguous(),
                SafetensorsDtypes.Find(item.Dtype).Bytes,
                (bytes, _) => stream.Write(bytes)
            );
        }
    }

    /// <summary>Checks names and dtypes, and brings the tensors into the order of their data.</summary>
    /// <exception cref="ArgumentException">A name is empty, reserved or used twice, or a dtype can't be saved.</exception>
    internal static TensorSource[] Sorted(IEnumerable<TensorSource> tensors)
    {
        TensorSource[] items =
        [
            .. tensors
                .OrderByDescending(item => SafetensorsDtypes.Find(item.Dtype).Bytes)
                .ThenBy(item => item.Name, StringComparer.Ordinal),
        ];
        var names = new HashSet<string>();
        foreach (TensorSource item in items)
        {
            if (item.Name.Length == 0 || item.Name == SafetensorsHeader.MetadataField || !names.Add(item.Name))
            {
                throw new ArgumentException(
                    $"'{item.Name}' can't be a tensor's name: it is empty, reserved or used twice.",
                    nameof(tensors)
                );
            }
        }

        return items;
    }

    private static byte[] Head(TensorSource[] items, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataField);
                foreach ((string key, string value) in metadata.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (TensorSource item in items)
            {
                json.WriteStartObject(item.Name);
                json.WriteString("dtype", SafetensorsDtypes.Find(item.Dtype).Name);
                json.WriteStartArray("shape");
                foreach (long size in item.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += item.Bytes;
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        byte[] head = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)(head.Length - 8));
        return head;
    }
}
