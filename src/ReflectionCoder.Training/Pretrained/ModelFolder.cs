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
/// Loads and saves a model in a folder like those of Hugging Face: <c>config.json</c>, <c>generation_config.json</c> and weights in
/// safetensors files. For model and tokenizer together see <see cref="PretrainedModel"/>.
/// </summary>
/// <remarks>Call it on the thread that runs torch. Only one process at a time may write to a folder.</remarks>
public static class ModelFolder
{
    private const string ConfigFileName = "config.json";
    private const string GenerationConfigFileName = "generation_config.json";

    /// <summary>
    /// Loads a model. Each weight is read straight into its own memory, so loading needs hardly more memory than the model.
    /// </summary>
    /// <param name="directory">The folder. Its weights are one file, or several with an index.</param>
    /// <param name="device">The device for the weights. The default value is null: the CPU.</param>
    /// <param name="dtype">
    /// Element type of the weights in memory. The default value is null: the type in the files (that of the first weight). On the CPU null
    /// turns float16 into float32, because float16 is too narrow to train in; <see cref="CausalLanguageModel.StoredDtype"/> keeps the
    /// files' type.
    /// </param>
    /// <param name="progress">Told of each piece that is read, on the calling thread. The default value is null: nobody is told.</param>
    /// <param name="families">Model families in addition to the library's own. The default value is null: none.</param>
    /// <param name="cancellationToken">Stops before the next piece.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The path is empty, the dtype is none of a model, or two families have the same
    /// <c>model_type</c>.</exception>
    /// <exception cref="DataFormatException">The configuration is missing, broken or unsupported.</exception>
    /// <exception cref="DataFormatException">A weight file breaks the format or is cut short.</exception>
    /// <exception cref="DataFormatException">The weights are in another format: <c>pytorch_model.bin</c>, <c>.gguf</c>.</exception>
    /// <exception cref="DataFormatException">
    /// A tensor is missing, unexpected, of another shape, or not floating point; or the embeddings are tied and there is an output weight
    /// that differs from them.
    /// </exception>
    /// <exception cref="IOException">The folder or a file is missing, or can't be read.</exception>
    /// <exception cref="FileWriteException">An interrupted save could not be finished.</exception>
    /// <exception cref="OperationCanceledException">Loading was cancelled; nothing stays in memory.</exception>
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
        using SafetensorsIndex files = OpenWeights(directory, config, cancellationToken);
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
    /// Saves a model: weights (in shards if they are larger than one file may be), <c>generation_config.json</c> and <c>config.json</c>.
    /// </summary>
    /// <remarks>
    /// All files replace those of a former save together: if the process is killed, the folder holds the old model or the new one, never a
    /// mixture (see <see cref="FinishSave"/>). The disk needs room for both. Tied weights are saved once.
    /// </remarks>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="model">The model; it isn't changed.</param>
    /// <param name="options">How large a file may be. The default value is null: the default options.</param>
    /// <param name="writeOthers">Writes more files of the same save, such as the tokenizer's, into the folder that it is given (not
    /// <paramref name="directory"/>). The default value is null: none.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter, which such a folder can't hold.</exception>
    /// <exception cref="FileWriteException">A file could not be written, for example because the disk is full.</exception>
    public static void Save(
        string directory,
        CausalLanguageModel model,
        ModelSaveOptions? options = null,
        Action<string>? writeOthers = null
    ) => Save(directory, model, options, writeOthers, afterStep: null);

    /// <summary>
    /// Saves a model whose weights don't exist yet: each is made right before it is written, so they are never in memory together. The
    /// files replace a former save as those of the other overload do.
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="config">The configuration; decides names and shapes.</param>
    /// <param name="dtype">Element type of the weights.</param>
    /// <param name="weight">Makes the weight of a name and shape, in <paramref name="dtype"/>, on any device. Called once for each weight;
    /// the tensor is disposed after it is written.</param>
    /// <param name="options">How large a file may be. The default value is null: the default options.</param>
    /// <param name="writeOthers">Writes more files of the same save, such as the tokenizer's, into the folder that it is given (not
    /// <paramref name="directory"/>). The default value is null: none.</param>
    /// <exception cref="ArgumentException">A weight has another shape or type than it was asked for, or <paramref name="dtype"/> is no
    /// dtype of a model.</exception>
    /// <exception cref="DataFormatException">The configuration is inconsistent.</exception>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="FileWriteException">A file could not be written, for example because the disk is full.</exception>
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
    /// Finishes a save that was interrupted when all files were complete on the disk, but not yet in their places. Otherwise it does
    /// nothing.
    /// </summary>
    /// <remarks>
    /// <see cref="Load"/>, the saves, and everything here that reads an adapter's folder call it. Call it yourself before you read other
    /// files of the folder, such as the tokenizer's.
    /// </remarks>
    /// <param name="directory">A model's or an adapter's folder.</param>
    /// <exception cref="FileWriteException">A file could not be moved to its place.</exception>
    public static void FinishSave(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        FolderUpdate.Finish(directory);
    }

    /// <summary>Opens the weights of a folder and checks that they are those that a configuration needs. Reads no weight.</summary>
    internal static SafetensorsIndex OpenWeights(string directory, ModelConfig config, CancellationToken cancellationToken)
    {
        SafetensorsIndex files = SafetensorsIndex.Open(directory);
        try
        {
            Check(directory, config, files);
            if (config.TieWordEmbeddings)
            {
                TiedWeights.Check(files, cancellationToken);
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
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

    /// <summary>Writes the files into a temporary folder; the caller moves them to their places.</summary>
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

    /// <summary>Saves what was prepared: weights that may be made one by one, of any dtypes.</summary>
    internal static void Save(
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
            // Two kinds of tensors may be there in addition: rotary frequencies in old checkpoints, which Hugging Face ignores too, and an
            // output weight beside tied embeddings, which is compared with them.
            name =>
                name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
                || (config.TieWordEmbeddings && name == WeightNames.OutputWeight)
        );
}
