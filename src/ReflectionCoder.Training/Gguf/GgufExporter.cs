using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Gguf.Models;
using ReflectionCoder.Gguf.Vocabularies;
using ReflectionCoder.Gguf.Weights;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf;

/// <summary>
/// Writes a model with its tokenizer as a GGUF file, which llama.cpp, LLamaSharp and Ollama run (docs/gguf.md): all families of this
/// library.
/// </summary>
/// <remarks>
/// What the format or llama.cpp can't express is refused before anything is written, because llama.cpp would load such a file and answer
/// wrongly. The file appears when it is complete; until then a former one stays. Weights are written one by one, so an export needs memory
/// for the largest of them. Call it on the thread that runs torch.
/// </remarks>
public static class GgufExporter
{
    /// <summary>Exports a loaded model. An adapter is merged into what is written; the model isn't changed.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The tokenizer that was loaded with it.</param>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="options">Type and names. The default value is null: the default options.</param>
    /// <param name="progress">Told of each piece of weights that is written, on the calling thread. The default value is null: nobody is
    /// told.</param>
    /// <param name="cancellationToken">Stops before the next piece; nothing is left of the file.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="DataFormatException">Format or runtime can't express the model or its tokenizer; the message names the field.
    /// </exception>
    /// <exception cref="DataFormatException">A weight holds a number that isn't finite, or is too large for the type.</exception>
    /// <exception cref="FileWriteException">The file can't be written, for example because the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The export was cancelled.</exception>
    public static void Export(
        CausalLanguageModel model,
        CodeTokenizer tokenizer,
        string path,
        GgufExportOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options = Checked(path, options);
        using var exported = ExportedModel.Of(model, tokenizer);
        Write(exported, path, options, progress, cancellationToken);
    }

    /// <summary>
    /// Exports a folder in Hugging Face's layout without loading the model. A tokenizer without the markers is exported without them.
    /// </summary>
    /// <param name="directory">The model's folder.</param>
    /// <param name="adapter">
    /// The folder of a LoRA adapter for that model, which is merged into what is written; null for none. If the folder has a tokenizer,
    /// that is exported.
    /// </param>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="options">Type and names. The default value is null: the default options.</param>
    /// <param name="progress">Told of each piece of weights that is written, on the calling thread. The default value is null: nobody is
    /// told.</param>
    /// <param name="cancellationToken">Stops before the next piece; nothing is left of the file.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="DataFormatException">A file of the folders is broken, or they don't fit each other.</exception>
    /// <exception cref="DataFormatException">Format or runtime can't express the model or its tokenizer; the message names the field.
    /// </exception>
    /// <exception cref="DataFormatException">A weight holds a number that isn't finite, or is too large for the type.</exception>
    /// <exception cref="IOException">A file is missing or can't be read.</exception>
    /// <exception cref="FileWriteException">The file can't be written, for example because the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The export was cancelled.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static void Export(
        string directory,
        string? adapter,
        string path,
        GgufExportOptions? options = null,
        IProgress<ModelLoadProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options = Checked(path, options);
        TorchRuntime.EnsureAvailable();
        using var exported = ExportedModel.Open(directory, adapter, cancellationToken);
        Write(exported, path, options, progress, cancellationToken);
    }

    private static GgufExportOptions Checked(string path, GgufExportOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options = (options ?? new GgufExportOptions()) with { };
        options.Validate();
        return options;
    }

    private static void Write(
        ExportedModel model,
        string path,
        GgufExportOptions options,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        ModelConfig config = model.Config;
        if (options.ContextLength > config.MaxPositionEmbeddings)
        {
            throw new InvalidOptionsException(
                nameof(GgufExportOptions),
                [
                    new OptionError(
                        nameof(options.ContextLength),
                        $"{options.ContextLength}",
                        $"at most max_position_embeddings, {config.MaxPositionEmbeddings}"
                    ),
                ]
            );
        }

        int context = options.ContextLength ?? config.MaxPositionEmbeddings;
        GgufForm form = GgufRefusals.Check(config, context);
        GgufVocabulary vocabulary = VocabularyBuilder.Build(
            model.Tokenizer,
            config.VocabularySize,
            model.WithAppendedMarkers,
            options.PreTokenizer
        );
        string name = options.Name ?? Path.GetFileNameWithoutExtension(path);
        GgufRefusals.CheckName(config, name);
        GgufWeights weights = new(config, form, model.Weights, options.TensorType);
        using GgufKeys keys = Keys(name, options.TensorType, config, form, context, vocabulary);
        cancellationToken.ThrowIfCancellationRequested();
        using AtomicFile file = new(path);
        weights.WriteTo(file, keys, progress, cancellationToken);
        file.Commit();
        if (options.Modelfile && vocabulary.Ends is not null)
        {
            AtomicFile.WriteText(Modelfile.PathBeside(path), Modelfile.Create(Path.GetFileName(path), vocabulary));
        }
    }

    private static GgufKeys Keys(
        string name,
        GgufTensorType type,
        ModelConfig config,
        GgufForm form,
        int context,
        GgufVocabulary vocabulary
    )
    {
        GgufKeys keys = new();
        keys.Add(GgufModelKeys.Architecture, form.Architecture);
        keys.Add("general.type", "model");
        keys.Add("general.name", name);
        keys.Add("general.file_type", FileType(type));
        keys.Add("general.quantization_version", 2u);
        GgufModelKeys.Add(keys, config, form, context);
        vocabulary.AddTo(keys);
        return keys;
    }

    /// <summary>The runtime's number for the type of most tensors.</summary>
    private static uint FileType(GgufTensorType type) =>
        type switch
        {
            GgufTensorType.F32 => 0,
            GgufTensorType.F16 => 1,
            GgufTensorType.Q8_0 => 7,
            _ => 32,
        };
}
