using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Files;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>
/// Reads tensors from a safetensors file one by one, straight into their own memory. The whole header is checked when the file is opened.
/// </summary>
/// <remarks>Several threads may read from one reader at the same time. It keeps the file open until it is disposed.</remarks>
public sealed class SafetensorsReader : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly OrderedDictionary<string, SafetensorsEntry> entries = [];

    private SafetensorsReader(string path, SafeFileHandle file)
    {
        Path = path;
        this.file = file;
        SafetensorsHeader header = SafetensorsHeader.Read(file, path);
        Metadata = header.Metadata;
        foreach (SafetensorsEntry entry in header.Entries)
        {
            entries.Add(entry.Name, entry);
        }
    }

    /// <summary>Path of the file, as it was given.</summary>
    public string Path { get; }

    /// <summary>The tensors' names, in the order of their data.</summary>
    public IReadOnlyCollection<string> Names => entries.Keys;

    /// <summary>The tensors by name, in the order of their data.</summary>
    internal IReadOnlyDictionary<string, SafetensorsEntry> Entries => entries;

    /// <summary>The file's <c>__metadata__</c>; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The reader; the caller disposes it.</returns>
    /// <exception cref="DataFormatException">The file breaks the format or is truncated.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static SafetensorsReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        try
        {
            return new SafetensorsReader(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="device">Where the tensor goes. The default value is null: the CPU.</param>
    /// <param name="dtype">The dtype that it is converted to. The default value is null: the dtype in the file.</param>
    /// <returns>The tensor; the caller (or its dispose scope) owns it.</returns>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="DataFormatException">The file has become shorter since it was opened.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public Tensor Read(string name, Device? device = null, ScalarType? dtype = null) =>
        Read(name, device, dtype, onBytes: null, CancellationToken.None);

    /// <summary>
    /// Reads a tensor straight into its memory. A tensor that must be converted or moved to a device is read in pieces, through one buffer.
    /// </summary>
    internal Tensor Read(string name, Device? device, ScalarType? dtype, Action<int>? onBytes, CancellationToken cancellationToken)
    {
        SafetensorsEntry entry = entries[name];
        TorchRuntime.EnsureAvailable();
        Device place = device ?? CPU;
        ScalarType type = dtype ?? entry.Dtype;
        int elementBytes = SafetensorsDtypes.Find(entry.Dtype).Bytes;
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor tensor = empty(entry.Shape.ToArray(), dtype: type, device: place);
        if (type == entry.Dtype && place.type == DeviceType.CPU)
        {
            TensorBytes.Visit(tensor, elementBytes, ReadPiece);
        }
        else
        {
            TensorBytes.Convert(tensor, entry.Dtype, elementBytes, ReadPiece);
        }

        return tensor.MoveToOuterDisposeScope();

        void ReadPiece(Span<byte> bytes, long offset)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadBytes(name, bytes, offset);
            onBytes?.Invoke(bytes.Length);
        }
    }

    /// <summary>Reads bytes of a tensor as they are in the file, from an offset inside the tensor's data.</summary>
    internal void ReadBytes(string name, Span<byte> bytes, long offset)
    {
        if (!SafetensorsHeader.ReadExactly(file, bytes, entries[name].Offset + offset))
        {
            throw DataFormatException.OfTensor(Path, name, "the file is truncated.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
