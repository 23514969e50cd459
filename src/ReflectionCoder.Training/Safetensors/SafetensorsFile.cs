using ReflectionCoder.Files;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>Named tensors and metadata of a safetensors file.</summary>
/// <param name="Tensors">The tensors, in the order of their data.</param>
/// <param name="Metadata">The file's <c>__metadata__</c>; empty where there is none.</param>
public sealed record SafetensorsContent(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}

/// <summary>Whole safetensors files, in and out (dtypes F64 F32 F16 BF16 I64 I32 U8 BOOL).</summary>
public static class SafetensorsFile
{
    /// <summary>Reads all tensors of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensors are to live; null for the CPU.</param>
    /// <returns>The content, detached from every dispose scope; the caller disposes it.</returns>
    /// <exception cref="DataFormatException">The file breaks the format or is truncated.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static SafetensorsContent Read(string path, Device? device = null)
    {
        using SafetensorsReader reader = SafetensorsReader.Open(path);
        var tensors = new OrderedDictionary<string, Tensor>();
        var content = new SafetensorsContent(tensors, reader.Metadata);
        try
        {
            foreach (string name in reader.Entries.Keys)
            {
                tensors.Add(name, reader.Read(name, device).DetachFromDisposeScope());
            }
        }
        catch
        {
            content.Dispose();
            throw;
        }

        return content;
    }

    /// <summary>Writes tensors to a file, atomically: larger elements first, then by name, so equal tensors give equal bytes.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="tensors">The tensors by name, on any device.</param>
    /// <param name="metadata">The <c>__metadata__</c>; null for <c>{"format":"pt"}</c>, which transformers asks for.</param>
    /// <exception cref="ArgumentException">A name is empty, reserved or used twice, or a dtype is not in the list.</exception>
    /// <exception cref="FileWriteException">The system refused, the disk being full for one; what was there before is untouched.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        TensorSource[] items = SafetensorsWriter.Sorted(tensors.Select(pair => TensorSource.Of(pair.Key, pair.Value)));
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, items, metadata));
    }
}
