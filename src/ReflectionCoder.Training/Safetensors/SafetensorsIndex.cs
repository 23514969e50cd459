using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Safetensors;

/// <summary>
/// All tensors of a model's folder by name, whether they are in <c>model.safetensors</c> or in the shards that
/// <c>model.safetensors.index.json</c> lists.
/// </summary>
internal sealed class SafetensorsIndex : IDisposable
{
    /// <summary>Name of the single file.</summary>
    public const string FileName = "model.safetensors";

    /// <summary>Name of the index of several files.</summary>
    public const string IndexFileName = "model.safetensors.index.json";

    private readonly Dictionary<string, SafetensorsReader> files = [];
    private readonly OrderedDictionary<string, SafetensorsReader> tensors = [];

    private SafetensorsIndex() { }

    /// <summary>The file of each tensor, by the tensor's name.</summary>
    public IReadOnlyDictionary<string, SafetensorsReader> Tensors => tensors;

    /// <summary>
    /// Opens a folder's weights. If a save into the folder was interrupted (<see cref="FolderUpdate"/>), it is finished first. Where both
    /// the single file and an index exist, the single file is read, as Hugging Face does.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <returns>The index; the caller disposes it.</returns>
    /// <exception cref="DataFormatException">
    /// The folder has only weights of another form: <c>pytorch_model.bin</c>, <c>.gguf</c>.
    /// </exception>
    /// <exception cref="FileNotFoundException">The folder has neither.</exception>
    /// <exception cref="DataFormatException">A file or the index breaks the format.</exception>
    /// <exception cref="FileWriteException">The save could not be finished.</exception>
    public static SafetensorsIndex Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        FolderUpdate.Finish(directory); // otherwise its shards may belong to two models
        string single = Path.Combine(directory, FileName);
        string several = Path.Combine(directory, IndexFileName);
        var index = new SafetensorsIndex();
        try
        {
            if (File.Exists(single))
            {
                foreach (string name in index.OpenFile(directory, FileName, single).Entries.Keys)
                {
                    index.tensors.Add(name, index.files[FileName]);
                }
            }
            else if (File.Exists(several))
            {
                index.ReadIndex(directory, several);
            }
            else
            {
                throw WeightFiles.Explain(directory)
                    ?? (Exception)new FileNotFoundException($"{directory} has neither {FileName} nor {IndexFileName}.", single);
            }
        }
        catch
        {
            index.Dispose();
            throw;
        }

        return index;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafetensorsReader file in files.Values)
        {
            file.Dispose();
        }
    }

    private void ReadIndex(string directory, string path)
    {
        using JsonDocument document = Parse(path);
        try
        {
            ReadMap(directory, path, document.RootElement);
        }
        catch (InvalidOperationException e)
        {
            throw DataFormatException.OfTensor(path, null, "holds text that is not valid UTF-8.", e); // text is checked when first read
        }

        CheckSingleHome(path);
    }

    private static JsonDocument Parse(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > SafetensorsHeader.MaximumLength)
        {
            throw DataFormatException.OfTensor(path, null, $"has {length} bytes; expected at most {SafetensorsHeader.MaximumLength}.");
        }

        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw DataFormatException.OfTensor(path, null, $"is not valid JSON: {e.Message}", e);
        }
    }

    private void ReadMap(string directory, string path, JsonElement root)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("weight_map", out JsonElement map)
            || map.ValueKind != JsonValueKind.Object
        )
        {
            throw DataFormatException.OfTensor(path, null, "has no object 'weight_map'.");
        }

        foreach (JsonProperty property in map.EnumerateObject())
        {
            string? file = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
            if (
                string.IsNullOrEmpty(file)
                || Path.GetFileName(file) != file
                || file.Contains('\\', StringComparison.Ordinal)
                || file is "." or ".."
            )
            {
                string quoted = property.Value.GetRawText();
                throw DataFormatException.OfTensor(
                    path,
                    property.Name,
                    $"{(quoted.Length <= 100 ? quoted : quoted[..100] + "…")} is not the name of a file in this folder."
                );
            }

            SafetensorsReader reader = OpenFile(directory, file, path);
            if (!reader.Entries.ContainsKey(property.Name))
            {
                throw DataFormatException.OfTensor(path, property.Name, $"is not in {file}, where the index says it is.");
            }

            tensors.Add(property.Name, reader);
        }
    }

    /// <summary>
    /// Refuses a tensor that is in two shards, because it may have two values. Hugging Face would take the one that it reads last.
    /// </summary>
    private void CheckSingleHome(string path)
    {
        var homes = new Dictionary<string, string>();
        foreach ((string file, SafetensorsReader reader) in files)
        {
            foreach (string name in reader.Entries.Keys)
            {
                if (!homes.TryAdd(name, file))
                {
                    throw DataFormatException.OfTensor(path, name, $"is in {homes[name]} and in {file}; expected in one of them.");
                }
            }
        }
    }

    private SafetensorsReader OpenFile(string directory, string name, string namedBy)
    {
        if (!files.TryGetValue(name, out SafetensorsReader? reader))
        {
            string path = Path.Combine(directory, name);
            if (!File.Exists(path))
            {
                throw DataFormatException.OfTensor(namedBy, null, $"names {name}, which does not exist.");
            }

            reader = SafetensorsReader.Open(path);
            files.Add(name, reader);
        }

        return reader;
    }
}
