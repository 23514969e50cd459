using System.Text.RegularExpressions;
using ReflectionCoder.Files;

namespace ReflectionCoder.Safetensors;

/// <summary>The names that weights have in a model's folder.</summary>
internal static partial class WeightFiles
{
    /// <summary>An adapter's weights, as PEFT names them.</summary>
    internal const string Adapter = "adapter_model.safetensors";

    /// <summary>What an adapter was trained with, as PEFT names it.</summary>
    internal const string AdapterConfiguration = "adapter_config.json";

    private const string Pickle =
        "is a pickle, which can run code when it is read; weights are read from safetensors files alone. Convert it: "
        + "load the folder in transformers and call save_pretrained(folder, safe_serialization=True).";

    private const string Gguf =
        "is a GGUF file, made for llama.cpp; weights are read from safetensors files alone. Take the model's own files, or convert it: "
        + "from_pretrained(folder, gguf_file=…) in transformers, then save_pretrained.";

    private const string AdapterPickle =
        "is a pickle, which can run code when it is read; an adapter is read from "
        + Adapter
        + " alone. Convert it: load it in PEFT (PeftModel.from_pretrained(base, folder)) "
        + "and call save_pretrained(folder, safe_serialization=True).";

    private const string AdapterGguf =
        "is a GGUF file, made for llama.cpp; an adapter is read from "
        + Adapter
        + " alone. Take the files that PEFT saved, from which it was made.";

    /// <summary>A shard's name as Hugging Face has it.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="count">How many there are.</param>
    internal static string Shard(int index, int count) => $"model-{index + 1:D5}-of-{count:D5}.safetensors";

    /// <summary>The weights and index of a save, single or in shards, by name.</summary>
    internal static IEnumerable<string> In(string directory) =>
        !Directory.Exists(directory)
            ? []
            : Directory.EnumerateFiles(directory).Select(file => Path.GetFileName(file)).Where(IsWeights).Order(StringComparer.Ordinal);

    /// <summary>Says why a folder without safetensors files has no weights that can be read; null where it simply has none.</summary>
    internal static DataFormatException? Explain(string directory) =>
        !Directory.Exists(directory)
            ? null
            : Directory
                .EnumerateFiles(directory)
                .Order(StringComparer.Ordinal)
                .Select(ExplainFile)
                .FirstOrDefault(error => error is not null);

    /// <summary>
    /// Says why an adapter's folder without a safetensors file has no weights that can be read; null where it simply has none.
    /// </summary>
    internal static DataFormatException? ExplainAdapter(string directory) =>
        !Directory.Exists(directory)
            ? null
            : Directory
                .EnumerateFiles(directory)
                .Order(StringComparer.Ordinal)
                .Select(ExplainAdapterFile)
                .FirstOrDefault(error => error is not null);

    /// <summary>Says why a file is not read; null where it isn't known as weights of another form.</summary>
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
