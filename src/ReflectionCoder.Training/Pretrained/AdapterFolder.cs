using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>
/// Loads and saves an adapter in PEFT's layout: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, without tokenizer files.
/// </summary>
/// <remarks>All that reads a folder first finishes a save that was interrupted there (<see cref="ModelFolder.FinishSave"/>).</remarks>
internal static class AdapterFolder
{
    /// <summary>Whether a folder holds an adapter rather than a model.</summary>
    /// <param name="directory">The folder.</param>
    /// <returns>Whether there is an <c>adapter_config.json</c>.</returns>
    /// <exception cref="FileWriteException">An interrupted save could not be finished.</exception>
    internal static bool IsAdapter(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ModelFolder.FinishSave(directory);
        return File.Exists(Path.Combine(directory, AdapterConfigFile.FileName));
    }

    /// <summary>
    /// Saves a model's adapter. Its files replace those of a former save together: if the process is killed, the folder holds the old
    /// adapter or the new one (see <see cref="ModelFolder.FinishSave"/>).
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="model">The model.</param>
    /// <param name="writeOthers">
    /// Writes more files of the same save, such as the tokenizer's, into the folder that it is given. Null for none.
    /// </param>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    /// <exception cref="FileWriteException">A file could not be written, for example because the disk is full.</exception>
    internal static void Save(string directory, IAdaptableModel model, Action<string>? writeOthers = null) =>
        Save(directory, model, writeOthers, afterStep: null);

    /// <summary>Adds a saved adapter to a model and freezes the model's own weights. All is checked before the model changes.</summary>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="model">Its base, with a row for every token whose row the adapter holds.</param>
    /// <returns>The adapter; belongs to the model.</returns>
    /// <exception cref="InvalidOperationException">The model has an adapter already.</exception>
    /// <exception cref="DataFormatException">The configuration is missing or broken, asks for what isn't supported, or names tokens the
    /// model has no row for.</exception>
    /// <exception cref="DataFormatException">The weight file breaks the format or is truncated.</exception>
    /// <exception cref="DataFormatException">The weights are in another form: <c>adapter_model.bin</c>, <c>.gguf</c>.</exception>
    /// <exception cref="DataFormatException">A tensor is missing, unexpected, of another shape than the base asks for, or not of floating
    /// point.</exception>
    /// <exception cref="IOException">A file is missing or can't be read.</exception>
    internal static LoraAdapter Load(string directory, CausalLanguageModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(model);
        (AdapterConfig config, SafetensorsReader weights) = OpenFor(directory, model.Config);
        using SafetensorsReader file = weights;
        model.AddAdapter(config.Options, config.TrainableTokenIds, seed: 0);
        try
        {
            using IDisposable noGradient = no_grad();
            foreach ((string name, Tensor parameter) in model.TrainableParameters)
            {
                using Tensor saved = file.Read(name, model.Device);
                parameter.copy_(saved);
            }
        }
        catch
        {
            model.RemoveAdapter();
            throw;
        }

        return model.Lora!;
    }

    /// <summary>Opens a saved adapter and checks that it is one for a base of this configuration. Reads no tensor.</summary>
    /// <returns>The adapter's configuration, and its tensors' file, which the caller disposes.</returns>
    internal static (AdapterConfig Config, SafetensorsReader File) OpenFor(string directory, ModelConfig baseConfig)
    {
        AdapterConfig config = AdapterConfigFile.Load(directory);
        if (
            config.TrainableTokenIds.Any(id => id < 0 || id >= baseConfig.VocabularySize)
            || config.TrainableTokenIds.Distinct().Count() < config.TrainableTokenIds.Count
        )
        {
            throw new DataFormatException(
                Path.Combine(directory, AdapterConfigFile.FileName),
                "trainable_token_indices",
                $"{string.Join(", ", config.TrainableTokenIds)} are not rows of the base, each once; it has {baseConfig.VocabularySize}."
            );
        }

        SafetensorsReader file = OpenWeights(directory);
        try
        {
            Check(file, AdapterNames.Shapes(baseConfig, config.Options, config.TrainableTokenIds.Count));
            return (config, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal static void Save(string directory, IAdaptableModel model, Action<string>? writeOthers, Action<string>? afterStep)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(model);
        AdapterConfig adapter = model.Adapter ?? throw new InvalidOperationException("The model has no adapter to save.");
        FolderUpdate.Replace(
            directory,
            folder =>
            {
                WriteFiles(folder, model, adapter, afterStep);
                writeOthers?.Invoke(folder);
            },
            afterStep
        );
    }

    /// <summary>Writes the files into a temporary folder; the caller moves them to their places.</summary>
    internal static void WriteFiles(string directory, IAdaptableModel model, AdapterConfig adapter, Action<string>? onFile = null)
    {
        IReadOnlyDictionary<string, Tensor> parameters = model.TrainableParameters;
        SafetensorsFile.Write(Path.Combine(directory, WeightFiles.Adapter), parameters);
        onFile?.Invoke(WeightFiles.Adapter);
        LoraOptions options = adapter.Options with { BaseModelNameOrPath = adapter.Options.BaseModelNameOrPath ?? model.SourceDirectory };
        string json = AdapterConfigFile.ToJson(adapter with { Options = options }, tied: !parameters.ContainsKey(AdapterNames.OutputRows));
        AtomicFile.WriteText(Path.Combine(directory, AdapterConfigFile.FileName), json + "\n");
        onFile?.Invoke(AdapterConfigFile.FileName);
    }

    /// <summary>Opens saved tensors for an adapter of the same shapes; all is checked before one is read.</summary>
    internal static SafetensorsReader Open(string directory, IReadOnlyDictionary<string, Tensor> parameters)
    {
        ModelFolder.FinishSave(directory);
        SafetensorsReader file = OpenWeights(directory);
        try
        {
            Check(file, parameters.Select(parameter => (parameter.Key, parameter.Value.shape)));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SafetensorsReader OpenWeights(string directory)
    {
        string path = Path.Combine(directory, WeightFiles.Adapter);
        return File.Exists(path)
            ? SafetensorsReader.Open(path)
            : throw WeightFiles.ExplainAdapter(directory)
                ?? (Exception)new FileNotFoundException($"{directory} has no {WeightFiles.Adapter}.", path);
    }

    private static void Check(SafetensorsReader file, IEnumerable<(string Name, long[] Shape)> shapes) =>
        WeightCheck.Require(
            file.Path,
            file.Entries.Keys.ToDictionary(name => name, _ => file),
            shapes,
            AdapterConfigFile.FileName + " and the base ask"
        );
}
