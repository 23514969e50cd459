using System.Globalization;
using ReflectionCoder.Files;

namespace ReflectionCoder.Gguf.Format;

/// <summary>Keys and tensors of a file, read and checked: every tensor lies inside the file, and none overlaps another.</summary>
internal sealed class GgufHeader
{
    private const string AlignmentKey = "general.alignment";
    private const string Start = "the file's start";

    /// <summary>Most dimensions of a tensor; the format's own limit.</summary>
    private const uint MostDimensions = 4;

    private readonly OrderedDictionary<string, object> keys = [];
    private readonly OrderedDictionary<string, GgufTensor> tensors = [];

    private GgufHeader(string path) => Path = path;

    /// <summary>Path of the file, for errors.</summary>
    public string Path { get; }

    /// <summary>The keys and their values (<see cref="GgufHeaderReader.ReadValue"/>).</summary>
    public IReadOnlyDictionary<string, object> Keys => keys;

    /// <summary>The tensors by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors => tensors;

    /// <summary>Reads a header.</summary>
    /// <param name="stream">The file, at its start.</param>
    /// <param name="path">Its path, for errors.</param>
    /// <exception cref="DataFormatException">The file breaks the format or is truncated, or a tensor has a type that isn't supported.
    /// </exception>
    internal static GgufHeader Read(Stream stream, string path)
    {
        GgufHeader header = new(path);
        GgufHeaderReader reader = new(stream, path);
        header.Read(reader, stream.Length);
        return header;
    }

    private void Read(GgufHeaderReader reader, long fileLength)
    {
        uint magic = reader.ReadUInt32(Start);
        if (magic != BitConverter.ToUInt32(GgufLayout.Magic))
        {
            throw reader.Error(null, "doesn't begin with 'GGUF': it is no GGUF file.");
        }

        uint version = reader.ReadUInt32(Start);
        if (version is not (2 or GgufLayout.Version))
        {
            throw reader.Error(null, string.Create(CultureInfo.InvariantCulture, $"is of version {version}; expected 2 or 3."));
        }

        ulong tensorCount = reader.ReadUInt64(Start);
        ulong keyCount = reader.ReadUInt64(Start);
        reader.RequireLeft(keyCount, 8 + 4 + 1, "the number of keys");
        for (ulong i = 0; i < keyCount; i++)
        {
            string key = reader.ReadText("a key's name");
            if (!keys.TryAdd(key, reader.ReadValue(key)))
            {
                throw reader.Error(key, "is there twice.");
            }
        }

        reader.RequireLeft(tensorCount, 8 + 4 + 8 + 4 + 8, "the number of tensors");
        for (ulong i = 0; i < tensorCount; i++)
        {
            GgufTensor tensor = ReadTensor(reader, fileLength);
            if (!tensors.TryAdd(tensor.Name, tensor))
            {
                throw DataFormatException.OfTensor(Path, GgufHeaderReader.Short(tensor.Name), "is there twice.");
            }
        }

        Place(reader, fileLength);
    }

    private GgufTensor ReadTensor(GgufHeaderReader reader, long fileLength)
    {
        string name = reader.ReadText("a tensor's name");
        uint dimensions = reader.ReadUInt32(name);
        if (dimensions is 0 or > MostDimensions)
        {
            throw Error(name, $"has {dimensions} dimensions; expected 1 to {MostDimensions}.");
        }

        var shape = new long[dimensions];
        Int128 numbers = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            ulong size = reader.ReadUInt64(name);
            numbers *= Math.Max(size, 1);
            if (size == 0 || numbers > fileLength)
            {
                throw Error(name, $"has a dimension of {size}, and the file has {fileLength} bytes.");
            }

            shape[i] = (long)size;
        }

        uint typeNumber = reader.ReadUInt32(name);
        if (GgufTensorTypes.Find(typeNumber) is not { } type)
        {
            throw Error(name, $"is of type {GgufTensorTypes.Name(typeNumber)}; expected F32, F16, BF16 or Q8_0.");
        }

        if (shape[^1] % GgufTensorTypes.BlockOf(type).Numbers != 0)
        {
            throw Error(name, $"has rows of {shape[^1]}, which don't consist of whole blocks of {type}.");
        }

        ulong offset = reader.ReadUInt64(name);
        return offset <= (ulong)fileLength
            ? new GgufTensor(name, shape, type, (long)offset)
            : throw Error(name, $"begins at byte {offset} of the data, and the file has {fileLength}.");
    }

    /// <summary>Turns offsets in the data into places in the file, and checks that every tensor has its own.</summary>
    private void Place(GgufHeaderReader reader, long fileLength)
    {
        long alignment = keys.GetValueOrDefault(AlignmentKey, (long)GgufLayout.Alignment) as long? ?? 0;
        if (alignment is < 1 or > 1 << 20 || !long.IsPow2(alignment))
        {
            throw reader.Error(AlignmentKey, "is no power of two up to 1048576.");
        }

        long start = (reader.Position + alignment - 1) / alignment * alignment;
        long end = start;
        foreach (GgufTensor tensor in tensors.Values.OrderBy(tensor => tensor.Offset).ToArray())
        {
            GgufTensor placed = tensor with { Offset = start + tensor.Offset };
            if (tensor.Offset % alignment != 0)
            {
                throw Error(tensor.Name, $"begins at byte {tensor.Offset} of the data; expected a multiple of {alignment}.");
            }

            if (placed.Offset < end)
            {
                throw Error(tensor.Name, "overlaps the tensor before it.");
            }

            end = placed.Offset + tensor.Bytes;
            if (end > fileLength)
            {
                throw Error(tensor.Name, $"ends at byte {end}, and the file has {fileLength}: it is truncated.");
            }

            tensors[tensor.Name] = placed;
        }
    }

    private DataFormatException Error(string tensor, FormattableString problem) =>
        DataFormatException.OfTensor(Path, GgufHeaderReader.Short(tensor), FormattableString.Invariant(problem));

    private DataFormatException Error(string tensor, string problem) =>
        DataFormatException.OfTensor(Path, GgufHeaderReader.Short(tensor), problem);
}
