using ReflectionCoder.Files;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>Reads and writes whole safetensors files, with the dtypes F64, F32, F16, BF16, I64, I32, U8 and BOOL.</summary>
public static class SafetensorsFile
{
    /// <summary>Reads all tensors of a file. <see cref="SafetensorsReader"/> reads tensors one by one, and the metadata.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensors go. The default value is null: the CPU.</param>
    /// <returns>The tensors by name, in the order of their data, detached from every dispose scope; the caller disposes each.</returns>
    /// <exception cref="DataFormatException">The file breaks the format or is truncated.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(string path, Device? device = null) => ReadContent(path, device).Tensors;

    /// <summary>
    /// Reads all weights of a model's folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists. If a
    /// save into the folder was interrupted, it is finished first.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <param name="device">Where the tensors go. The default value is null: the CPU.</param>
    /// <returns>The tensors by name, detached from every dispose scope; the caller disposes each.</returns>
    /// <exception cref="DataFormatException">
    /// A file or the index breaks the format, or the folder has only weights of another form: <c>pytorch_model.bin</c>, <c>.gguf</c>.
    /// </exception>
    /// <exception cref="FileNotFoundException">The folder has neither of the two files.</exception>
    /// <exception cref="FileWriteException">The interrupted save could not be finished.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static IReadOnlyDictionary<string, Tensor> ReadFolder(string directory, Device? device = null)
    {
        using SafetensorsIndex files = SafetensorsIndex.Open(directory);
        var tensors = new OrderedDictionary<string, Tensor>();
        try
        {
            foreach ((string name, SafetensorsReader file) in files.Tensors)
            {
                tensors.Add(name, file.Read(name, device).DetachFromDisposeScope());
            }
        }
        catch
        {
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw;
        }

        return tensors;
    }

    /// <summary>Reads all tensors and the metadata of a file.</summary>
    internal static SafetensorsContent ReadContent(string path, Device? device = null)
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

    /// <summary>
    /// Writes tensors to a file, atomically. Tensors with larger elements come first, then they are in the order of their names, so equal
    /// tensors give equal bytes.
    /// </summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="tensors">The tensors by name, on any device. The caller keeps them.</param>
    /// <param name="metadata">
    /// The <c>__metadata__</c>. The default value is null: <c>{"format":"pt"}</c>, which transformers requires.
    /// </param>
    /// <exception cref="ArgumentException">A name is empty, reserved or used twice, or a dtype is not supported.</exception>
    /// <exception cref="FileWriteException">
    /// The file can't be written, for example because the disk is full. A former file is unchanged.
    /// </exception>
    public static void Write(
        string path,
        IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        TensorSource[] items = SafetensorsWriter.Sorted(tensors.Select(pair => TensorSource.Of(pair.Key, pair.Value)));
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, items, metadata));
    }
}
