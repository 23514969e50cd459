using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Files;
using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>Reads and checks the header of a safetensors file: 8 bytes with its length, little endian, then JSON.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>Most bytes of the JSON; the format's own limit.</summary>
    internal const long MaximumLength = 100_000_000;

    internal const string MetadataField = "__metadata__";

    /// <summary>Most dimensions of a tensor; torch's own limit.</summary>
    private const int MaximumRank = 64;

    private readonly string path;
    private readonly List<SafetensorsEntry> entries = [];
    private readonly Dictionary<string, string> metadata = [];

    private SafetensorsHeader(string path) => this.path = path;

    /// <summary>Tensors in the order of their data.</summary>
    internal IReadOnlyList<SafetensorsEntry> Entries => entries;

    internal IReadOnlyDictionary<string, string> Metadata => metadata;

    internal static SafetensorsHeader Read(SafeFileHandle file, string path)
    {
        var header = new SafetensorsHeader(path);
        long fileLength = RandomAccess.GetLength(file);
        Span<byte> prefix = stackalloc byte[8];
        if (fileLength < prefix.Length || !ReadExactly(file, prefix, 0))
        {
            throw header.Error(null, $"the file has {fileLength} bytes; expected at least 8 for the header's length.");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaximumLength)
        {
            throw header.Error(null, $"the header's length is {length}; expected at most {MaximumLength} (is this a safetensors file?).");
        }

        if ((long)length > fileLength - prefix.Length)
        {
            throw header.Error(
                null,
                $"the header takes {length} bytes, but only {fileLength - prefix.Length} follow: the file is truncated."
            );
        }

        var json = new byte[length];
        if (!ReadExactly(file, json, prefix.Length))
        {
            throw header.Error(null, "the header could not be read whole.");
        }

        if (json.Length == 0 || json[0] != '{')
        {
            throw header.Error(null, "the header does not start with '{'.");
        }

        header.Parse(json, (long)length + prefix.Length, fileLength);
        return header;
    }

    internal static bool ReadExactly(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            int read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
            offset += read;
        }

        return true;
    }

    private void Parse(byte[] json, long dataStart, long fileLength)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw Error(null, $"the header is not valid JSON: {e.Message}", e);
        }

        using (document)
        {
            try
            {
                ReadFields(document.RootElement, dataStart);
            }
            catch (InvalidOperationException e)
            {
                throw Error(null, "the header holds text that is not valid UTF-8.", e); // text is checked when first read
            }
        }

        entries.Sort((a, b) => (a.Offset, a.Length, a.Name).CompareTo((b.Offset, b.Length, b.Name)));
        long position = dataStart;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Offset != position)
            {
                string fault = entry.Offset < position ? "overlaps the tensor before it" : "leaves a gap before it";
                throw Error(entry.Name, $"{fault}: its data starts at byte {entry.Offset - dataStart}; expected {position - dataStart}.");
            }

            position += entry.Length;
        }

        if (position != fileLength)
        {
            string fault = position > fileLength ? "the file is truncated" : "bytes are left over";
            throw Error(
                position > fileLength ? entries[^1].Name : null,
                $"{fault}: the tensors take {position - dataStart} bytes of data, the file has {fileLength - dataStart}."
            );
        }
    }

    private void ReadFields(JsonElement root, long dataStart)
    {
        var seen = new HashSet<string>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                throw Error(property.Name, "the name occurs twice.");
            }

            if (property.Name == MetadataField)
            {
                ReadMetadata(property.Value);
            }
            else
            {
                entries.Add(ReadEntry(property.Name, property.Value, dataStart));
            }
        }
    }

    private void ReadMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Error(null, $"{MetadataField} is not an object.");
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String || !metadata.TryAdd(property.Name, property.Value.GetString()!))
            {
                throw Error(null, $"{MetadataField}: '{property.Name}' is not a string, or occurs twice.");
            }
        }
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement value, long dataStart)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw Error(name, "its description is not an object.");
        }

        string[] fields = [.. value.EnumerateObject().Take(4).Select(p => p.Name).Order(StringComparer.Ordinal)];
        if (fields is not ["data_offsets", "dtype", "shape"])
        {
            throw Error(name, $"its fields are [{Short(string.Join(", ", fields))}]; expected data_offsets, dtype and shape, once each.");
        }

        JsonElement dtype = value.GetProperty("dtype");
        if (dtype.ValueKind != JsonValueKind.String || SafetensorsDtypes.Find(dtype.GetString()!) is not { } type)
        {
            throw Error(name, $"its dtype {Short(dtype.GetRawText())} is not supported; expected one of {SafetensorsDtypes.Names}.");
        }

        long[] shape = ReadNumbers(name, value.GetProperty("shape"), "shape");
        if (shape.Length > MaximumRank)
        {
            throw Error(name, $"its shape has {shape.Length} dimensions; expected at most {MaximumRank}.");
        }

        long[] offsets = ReadNumbers(name, value.GetProperty("data_offsets"), "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw Error(
                name,
                $"its data_offsets are [{string.Join(", ", offsets.Take(3))}{(offsets.Length > 3 ? ", …" : "")}]; "
                    + "expected [begin, end] with begin ≤ end."
            );
        }

        if (offsets[1] > long.MaxValue - dataStart || ByteCount(shape, type.Bytes) is not { } bytes)
        {
            throw Error(name, $"its shape [{string.Join(", ", shape)}] or data_offsets exceed 64 bits.");
        }

        if (offsets[1] - offsets[0] != bytes)
        {
            throw Error(
                name,
                $"its data_offsets hold {offsets[1] - offsets[0]} bytes; "
                    + $"expected {bytes} for {dtype.GetString()} [{string.Join(", ", shape)}]."
            );
        }

        return new SafetensorsEntry(name, type.Type, shape, dataStart + offsets[0], bytes);
    }

    private long[] ReadNumbers(string name, JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Error(name, $"its {field} is not a list.");
        }

        var numbers = new long[value.GetArrayLength()];
        int i = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                throw Error(name, $"its {field} holds {Short(item.GetRawText())}; expected whole numbers of at least 0.");
            }

            i++;
        }

        return numbers;
    }

    /// <summary>
    /// Bytes of a tensor; null where they need more than 63 bits. Empty dimensions count as 1 in this check, because torch multiplies the
    /// others too.
    /// </summary>
    private static long? ByteCount(long[] shape, int elementBytes)
    {
        Int128 bytes = elementBytes;
        foreach (long size in shape)
        {
            bytes *= Math.Max(size, 1);
            if (bytes > long.MaxValue)
            {
                return null;
            }
        }

        return shape.Contains(0) ? 0 : (long)bytes;
    }

    /// <summary>Shortens text of a file that a message quotes: a hostile file may hold a very long one.</summary>
    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private DataFormatException Error(string? tensorName, string expected, Exception? inner = null) =>
        DataFormatException.OfTensor(path, tensorName, expected, inner);
}
