using System.Text.RegularExpressions;
using ReflectionCoder.Files;

namespace ReflectionCoder.Safetensors;

/// <summary>Names of the weights' files in a model's or adapter's folder.</summary>
internal static partial class WeightFiles
{
    /// <summary>The file with an adapter's weights, as PEFT names it.</summary>
    internal const string Adapter = "adapter_model.safetensors";

    /// <summary>The file with an adapter's configuration, as PEFT names it.</summary>
    internal const string AdapterConfiguration = "adapter_config.json";

    private const string Pickle =
        "is a pickle, which can run code when it is read; weights are read from safetensors files alone. Convert it: "
        + "load the folder in transformers and call save_pretrained(folder, safe_serialization=True).";

    private const string Gguf =
        "is a GGUF file, made for llama.cpp; weights are read from safetensors files alone. Take the model's own files, or convert it: "
        + "GgufImporter.Import(file, folder), then load the folder.";

    private const string AdapterPickle =
        "is a pickle, which can run code when it is read; an adapter is read from "
        + Adapter
        + " alone. Convert it: load it in PEFT (PeftModel.from_pretrained(base, folder)) "
        + "and call save_pretrained(folder, safe_serialization=True).";

    private const string AdapterGguf =
        "is a GGUF file, made for llama.cpp; an adapter is read from "
        + Adapter
        + " alone. Take the files that PEFT saved, from which it was made.";

    /// <summary>Name of a shard as Hugging Face writes it.</summary>
    /// <param name="index">Index of the shard, from 0.</param>
    /// <param name="count">Number of shards.</param>
    internal static string Shard(int index, int count) => $"model-{index + 1:D5}-of-{count:D5}.safetensors";

    /// <summary>The files of weights and the index that a folder holds, single file or shards, in the order of their names.</summary>
    internal static IEnumerable<string> In(string directory) =>
        !Directory.Exists(directory)
            ? []
            : Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)).Where(IsWeights).Order(StringComparer.Ordinal);

    /// <summary>
    /// Explains why the weights of a folder without safetensors files can't be read; null where the folder has no weights at all.
    /// </summary>
    internal static DataFormatException? Explain(string directory) =>
        !Directory.Exists(directory)
            ? null
            : Directory
                .EnumerateFiles(directory)
                .Order(StringComparer.Ordinal)
                .Select(ExplainFile)
                .FirstOrDefault(error => error is not null);

    /// <summary>
    /// Explains why the weights of an adapter's folder without a safetensors file can't be read; null where the folder has no weights at
    /// all.
    /// </summary>
    internal static DataFormatException? ExplainAdapter(string directory) =>
        !Directory.Exists(directory)
            ? null
            : Directory
                .EnumerateFiles(directory)
                .Order(StringComparer.Ordinal)
                .Select(ExplainAdapterFile)
                .FirstOrDefault(error => error is not null);

    /// <summary>Explains why a file can't be read; null where it isn't known as weights of another form.</summary>
    internal static DataFormatException? ExplainFile(string path)
    {
        string name = Path.GetFileName(path);
        return name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? new DataFormatException(path, Gguf)
            : IsPickle(name) ? new DataFormatException(path, Pickle)
            : null;
    }

    private static DataFormatException? ExplainAdapterFile(string path)
    {
        string name = Path.GetFileName(path);
        return name.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) ? new DataFormatException(path, AdapterGguf)
            : IsAdapterPickle(name) ? new DataFormatException(path, AdapterPickle)
            : null;
    }

    private static bool IsWeights(string name) =>
        name is SafetensorsIndex.FileName or SafetensorsIndex.IndexFileName || ShardName().IsMatch(name);

    private static bool IsPickle(string name) =>
        (name.StartsWith("pytorch_model", StringComparison.OrdinalIgnoreCase) && name.Contains(".bin", StringComparison.OrdinalIgnoreCase))
        || (
            name.StartsWith("consolidated", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".pth", StringComparison.OrdinalIgnoreCase)
        );

    private static bool IsAdapterPickle(string name) =>
        name.StartsWith("adapter_model", StringComparison.OrdinalIgnoreCase)
        && (name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".pt", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"^model-[0-9]{5,}-of-[0-9]{5,}\.safetensors$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShardName();
}
