using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>
/// A model as Hugging Face lays it out: <c>config.json</c>, <c>generation_config.json</c> and safetensors. Tokenizer files are not its
/// affair.
/// </summary>
public static class ModelFolder
{
    private const string ConfigFileName = "config.json";
    private const string GenerationConfigFileName = "generation_config.json";

    /// <summary>
    /// Loads a model. Weights are read one by one straight into their memory, so that little more is needed than they take in the end.
    /// </summary>
    /// <param name="directory">The folder; its weights are one file or several behind an index.</param>
    /// <param name="device">Where the weights are to live; null for the CPU.</param>
    /// <param name="dtype">
    /// What they are converted to; null for what they are stored in (the first weight's dtype), but on the CPU float32 for float16, in
    /// which nothing trains and not every torch computes there (<see cref="CausalLanguageModel.StoredDtype"/> tells).
    /// </param>
    /// <param name="progress">Told of each piece, on the calling thread; null for nobody.</param>
    /// <param name="families">Families beside the library's own; null for none.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">Two families have one <c>model_type</c>.</exception>
    /// <exception cref="DataFormatException">The configuration is missing, broken or unsupported.</exception>
    /// <exception cref="DataFormatException">A weight file breaks the format or is truncated.</exception>
    /// <exception cref="DataFormatException">The weights are in another form: <c>pytorch_model.bin</c>, <c>.gguf</c>.</exception>
    /// <exception cref="DataFormatException">
    /// A tensor is missing, unexpected, of another shape, or not of floating point; or there is an output weight beside tied embeddings
    /// that differs from them.
    /// </exception>
    /// <exception cref="IOException">A file is missing or can't be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing stays in memory.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static CausalLanguageModel Load(
        string directory,
        Device? device = null,
        ScalarType? dtype = null,
        IProgress<ModelLoadProgress>? progress = null,
        IReadOnlyList<ModelFamily>? families = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (dtype is { } wanted)
        {
            CausalLanguageModel.RequireFloating(wanted);
        }

        if (!Directory.Exists(directory))
        {
            throw (File.Exists(directory) ? WeightFiles.ExplainFile(directory) : null)
                ?? (Exception)new DirectoryNotFoundException($"{directory} is not a folder.");
        }

        FinishSave(directory);
        ModelConfig config = ModelConfig.Load(Path.Combine(directory, ConfigFileName), families);
        string generationFile = Path.Combine(directory, GenerationConfigFileName);
        GenerationConfig generation = File.Exists(generationFile)
            ? GenerationConfig.Parse(File.ReadAllText(generationFile), generationFile)
            : GenerationConfig.From(config);
        using SafetensorsIndex files = SafetensorsIndex.Open(directory);
        Check(directory, config, files);
        if (config.TieWordEmbeddings)
        {
            TiedWeights.Check(files, cancellationToken);
        }

        TorchRuntime.EnsureAvailable();
        device ??= CPU;
        string[] names = [.. WeightNames.Shapes(config).Select(weight => weight.Name)];
        ScalarType stored = files.Tensors[names[0]].Entries[names[0]].Dtype;
        bool widens = stored == ScalarType.Float16 && device.type == DeviceType.CPU;
        var loader = new WeightLoader(files, device, dtype ?? (widens ? ScalarType.Float32 : stored), progress, cancellationToken);
        CausalLanguageModel model = CausalLanguageModel.FromWeights(config, loader.Load(names));
        model.GenerationConfig = generation;
        model.StoredDtype = stored;
        model.SourceDirectory = Path.TrimEndingDirectorySeparator(directory);
        return model;
    }

    /// <summary>
    /// Saves a model: weights (in shards where they are larger than one), <c>generation_config.json</c> and <c>config.json</c>. All of them
    /// take the place of a former save together: killed at any point, the folder has the old model or the new one (see
    /// <see cref="FinishSave"/>). Tied weights are saved once. Needs the disk's room for both, and no memory to speak of.
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">How large a file may be; null for the defaults.</param>
    /// <param name="writeOthers">Writes further files, such as the tokenizer's, into the folder that it is given; they belong to the save.
    /// Null for none.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter, which such a folder can't hold.</exception>
    /// <exception cref="FileWriteException">The system refused, the disk being full for one.</exception>
    public static void Save(
        string directory,
        CausalLanguageModel model,
        ModelSaveOptions? options = null,
        Action<string>? writeOthers = null
    ) => Save(directory, model, options, writeOthers, afterStep: null);

    /// <summary>Saves a model whose weights are made one by one, each when its turn comes to be written, and never held together.</summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="config">The configuration: decides names and shapes.</param>
    /// <param name="dtype">What the weights are saved in.</param>
    /// <param name="weight">Gives a weight for its name and shape, in <paramref name="dtype"/>, on any device. Called once a weight; what
    /// it makes is freed once it is written.</param>
    /// <param name="options">How large a file may be; null for the defaults.</param>
    /// <param name="writeOthers">Writes further files, such as the tokenizer's, into the folder that it is given; they belong to the save.
    /// Null for none.</param>
    /// <exception cref="ArgumentException">A weight is not what was asked for, or <paramref name="dtype"/> is no dtype of a
    /// model.</exception>
    /// <exception cref="DataFormatException">The configuration is inconsistent.</exception>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="FileWriteException">The system refused, the disk being full for one.</exception>
    public static void Save(
        string directory,
        ModelConfig config,
        ScalarType dtype,
        Func<string, IReadOnlyList<long>, Tensor> weight,
        ModelSaveOptions? options = null,
        Action<string>? writeOthers = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(weight);
        config.Validate();
        CausalLanguageModel.RequireFloating(dtype);
        TensorSource[] weights =
        [
            .. WeightNames.Shapes(config).Select(w => new TensorSource(w.Name, dtype, w.Shape, () => weight(w.Name, w.Shape))),
        ];
        var content = new ModelContent(
            weights,
            GenerationConfig.From(config),
            folder => AtomicFile.WriteText(Path.Combine(folder, ConfigFileName), (config with { StoredDtype = dtype }).ToJson() + "\n")
        );
        Save(directory, content, options, writeOthers, afterStep: null);
    }

    /// <summary>
    /// Finishes a save that was cut off after its commit, when all was on the disk but not yet in place; else nothing happens.
    /// <see cref="Load"/> and the saves call it, as do the readers of an adapter's folder; who reads other files of the folder before, such
    /// as the tokenizer's, calls it first.
    /// </summary>
    /// <param name="directory">A model's or an adapter's folder.</param>
    /// <exception cref="FileWriteException">The system refused.</exception>
    public static void FinishSave(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        FolderUpdate.Finish(directory);
    }

    internal static void Save(
        string directory,
        CausalLanguageModel model,
        ModelSaveOptions? options,
        Action<string>? writeOthers,
        Action<string>? afterStep
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(model);
        RequireNoAdapter(model);
        Save(directory, ModelContent.Of(model), options, writeOthers, afterStep);
    }

    /// <exception cref="InvalidOperationException">The model has an adapter, which a model's folder can't hold.</exception>
    internal static void RequireNoAdapter(ICausalLanguageModel model)
    {
        if (model is IAdaptableModel { Adapter: not null })
        {
            throw new InvalidOperationException(
                $"The model has an adapter: save that ({nameof(PretrainedModel)}.{nameof(PretrainedModel.SaveAdapter)}), "
                    + $"or merge it first ({nameof(IAdaptableModel.MergeAdapter)})."
            );
        }
    }

    /// <summary>Writes the files into a folder of their own, which someone else puts in its place.</summary>
    internal static void WriteFiles(string directory, ModelContent content, long maxShardSize, Action<string>? onFile = null)
    {
        ShardedWeights.Write(directory, content.Weights, maxShardSize, onFile);
        if (content.Generation is { } generation)
        {
            AtomicFile.WriteText(Path.Combine(directory, GenerationConfigFileName), generation.ToJson() + "\n");
        }

        content.SaveConfiguration(directory);
        onFile?.Invoke(ConfigFileName);
    }

    private static void Save(
        string directory,
        ModelContent content,
        ModelSaveOptions? options,
        Action<string>? writeOthers,
        Action<string>? afterStep
    )
    {
        options = (options ?? new ModelSaveOptions()) with { };
        options.Validate();
        FolderUpdate.Replace(
            directory,
            folder =>
            {
                WriteFiles(folder, content, options.MaxShardSize, afterStep);
                writeOthers?.Invoke(folder);
            },
            afterStep
        );
    }

    private static void Check(string directory, ModelConfig config, SafetensorsIndex files) =>
        WeightCheck.Require(
            directory,
            files.Tensors,
            WeightNames.Shapes(config),
            ConfigFileName + " asks",
            // Old checkpoints carry the rotary frequencies, which Hugging Face passes over; some tied ones their output weight, which is
            // compared.
            name =>
                name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
                || (config.TieWordEmbeddings && name == WeightNames.OutputWeight)
        );
}
