using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Checkpointing;

/// <summary>A model as Hugging Face lays it out: <c>config.json</c>, <c>generation_config.json</c> and safetensors. Tokenizer files are not its affair.</summary>
public static class ModelFolder
{
    private const string ConfigFileName = "config.json";
    private const string GenerationConfigFileName = "generation_config.json";

    /// <summary>Loads a model.</summary>
    /// <param name="directory">The folder; its weights are one file or several behind an index.</param>
    /// <param name="device">Where the weights are to live.</param>
    /// <param name="dtype">What they are converted to; null for what they are stored in (the first weight's dtype).</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ModelConfigException">The configuration is missing, broken or unsupported.</exception>
    /// <exception cref="SafetensorsFormatException">A weight file breaks the format or is truncated.</exception>
    /// <exception cref="WeightMismatchException">A tensor is missing, unexpected, of another shape, or not of floating point.</exception>
    /// <exception cref="IOException">A file is missing or can't be read.</exception>
    public static CausalLanguageModel Load(string directory, Device device, ScalarType? dtype = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (dtype is { } wanted)
        {
            CausalLanguageModel.RequireFloating(wanted);
        }

        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"{directory} is not a folder.");
        }

        ModelConfig config = ModelConfig.Load(Path.Combine(directory, ConfigFileName));
        string generationFile = Path.Combine(directory, GenerationConfigFileName);
        GenerationConfig generation = File.Exists(generationFile)
            ? GenerationConfig.Parse(File.ReadAllText(generationFile), generationFile)
            : GenerationConfig.From(config);
        using SafetensorsIndex files = SafetensorsIndex.Open(directory);
        Check(directory, config, files);
        var weights = new OrderedDictionary<string, Tensor>();
        try
        {
            foreach ((string name, _) in WeightNames.Shapes(config))
            {
                SafetensorsReader file = files.Tensors[name];
                dtype ??= file.Entries[name].Dtype;
                weights.Add(name, file.Read(name, device, dtype).DetachFromDisposeScope());
            }
        }
        catch
        {
            foreach (Tensor weight in weights.Values)
            {
                weight.Dispose();
            }

            throw;
        }

        CausalLanguageModel model = CausalLanguageModel.FromWeights(config, weights);
        model.Generation = generation;
        model.SourceDirectory = Path.TrimEndingDirectorySeparator(directory);
        return model;
    }

    /// <summary>Saves a model; each file appears whole or not at all, the configuration last. Tied weights are saved once.</summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="InvalidOperationException">The model has an adapter, which such a folder can't hold.</exception>
    /// <exception cref="CheckpointWriteException">The system refused, the disk being full for one.</exception>
    public static void Save(string directory, CausalLanguageModel model)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(model);
        if (model.Adapter is not null)
        {
            throw new InvalidOperationException($"The model has an adapter: save that ({nameof(AdapterFolder)}), or merge it first ({nameof(CausalLanguageModel.MergeAdapter)}).");
        }

        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointWriteException(directory, e);
        }

        SafetensorsFile.Write(Path.Combine(directory, SafetensorsIndex.FileName), model.Parameters);
        AtomicFile.WriteText(Path.Combine(directory, GenerationConfigFileName), model.Generation.ToJson() + "\n");
        AtomicFile.WriteText(Path.Combine(directory, ConfigFileName), (model.Config with { StoredDtype = model.Dtype }).ToJson() + "\n");
    }

    private static void Check(string directory, ModelConfig config, SafetensorsIndex files)
    {
        var expected = WeightNames.Shapes(config).ToDictionary(w => w.Name, w => w.Shape);
        foreach ((string name, long[] shape) in expected)
        {
            if (!files.Tensors.TryGetValue(name, out SafetensorsReader? file))
            {
                throw new WeightMismatchException(directory, name, $"is missing; expected {Text(shape)}.");
            }

            SafetensorsEntry entry = file.Entries[name];
            if (!entry.Shape.SequenceEqual(shape))
            {
                throw new WeightMismatchException(file.Path, name, $"has shape {Text(entry.Shape)}; {ConfigFileName} asks for {Text(shape)}.");
            }

            if (entry.Dtype is not (ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16 or ScalarType.Float16))
            {
                throw new WeightMismatchException(file.Path, name, $"has dtype {entry.Dtype}; expected one of floating point.");
            }
        }

        foreach ((string name, SafetensorsReader file) in files.Tensors)
        {
            // Hugging Face passes over both: old checkpoints carry the rotary frequencies, some tied ones their output weight.
            bool harmless = name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (config.TieWordEmbeddings && name == WeightNames.OutputWeight);
            if (!expected.ContainsKey(name) && !harmless)
            {
                throw new WeightMismatchException(file.Path, name, $"is unexpected; its shape is {Text(file.Entries[name].Shape)}.");
            }
        }
    }

    private static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
