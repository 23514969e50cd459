using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>Which model to load, and how.</summary>
public sealed record PretrainedModelOptions : IValidatedOptions
{
    /// <summary>
    /// A model's folder in Hugging Face's layout: configuration, weights, tokenizer. Must be set: the default value is empty, which is
    /// refused.
    /// </summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// A folder with a LoRA adapter for that model, in PEFT's layout. If the folder has a tokenizer, that is used instead of the model's.
    /// The default value is null: no adapter.
    /// </summary>
    public string? Adapter { get; set; }

    /// <summary>
    /// The device for the weights: <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c>, which is CUDA if the machine has it and the CPU
    /// otherwise. The default value is <c>auto</c>.
    /// </summary>
    public string Device { get; set; } = "auto";

    /// <summary>
    /// Rounds the number of embedding rows up to a multiple of this, at least 1, as <c>pad_to_multiple_of</c> of Hugging Face's
    /// <c>resize_token_embeddings</c> does; 64 makes matrix products faster on GPUs with tensor cores. Rows are never removed. The default
    /// value is null: no rows beyond those that the model has and the tokenizer needs.
    /// </summary>
    public int? PadToMultipleOf { get; set; }

    /// <summary>
    /// Element type of the weights in memory, <c>float32</c> or <c>bfloat16</c>. The default value is null: the type in the files, or
    /// float32 instead of float16 on the CPU.
    /// </summary>
    public string? Dtype { get; set; }

    /// <summary>
    /// Model families in addition to the library's own, each with a <c>model_type</c> that no other has. The default value is empty.
    /// </summary>
    public IReadOnlyList<ModelFamily> Families { get; set; } = [];

    /// <summary>Seed of the embedding rows that are drawn at random, such as padding rows. The default value is 3407.</summary>
    public long Seed { get; set; } = 3407;

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(!string.IsNullOrWhiteSpace(Directory), Directory, "a directory")
            .Require(Adapter is null || !string.IsNullOrWhiteSpace(Adapter), Adapter, "a directory, or left out")
            .Require(TorchDevice.IsName(Device), Device, "cpu, cuda, cuda:N or auto")
            .Require(PadToMultipleOf is null or >= 1, PadToMultipleOf, "at least 1")
            .Require(
                Families is not null && ModelFamilies.AreDistinct(Families),
                Families is null ? null : string.Join(',', Families.Select(family => family.ModelType)),
                "families with a model_type that no other has",
                nameof(Families)
            )
            .Require(Dtype is null or "float32" or "bfloat16", Dtype, "float32 or bfloat16")
            .Found;
}

/// <summary>
/// A model with its tokenizer, ready for training on reflection sequences: its embeddings have a row for each of the seven markers.
/// </summary>
/// <remarks>
/// Disposing it disposes the model. Loading, saving and everything that uses the model belong on the thread that runs torch; not
/// thread-safe.
/// </remarks>
public sealed class PretrainedModel : IDisposable
{
    private static readonly string[] TokenizerFileNames = ["tokenizer.json", "tokenizer.model", "vocab.json"];

    private PretrainedModel(CausalLanguageModel model, CodeTokenizer tokenizer) => (Model, Tokenizer) = (model, tokenizer);

    /// <summary>The model; <see cref="Dispose"/> disposes it.</summary>
    public CausalLanguageModel Model { get; }

    /// <summary>The model's tokenizer.</summary>
    public CodeTokenizer Tokenizer { get; }

    /// <summary>
    /// Loads model and tokenizer from a folder. Each marker that the tokenizer lacks is added to both (<see cref="AddMarkers"/>).
    /// </summary>
    /// <param name="options">Which model, and how.</param>
    /// <param name="progress">Told of each piece of weights, on the calling thread. The default value is null: nobody is told.</param>
    /// <param name="cancellationToken">Stops before the next piece.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="ArgumentException">The machine doesn't have the device.</exception>
    /// <exception cref="DataFormatException">The tokenizer's files are broken, or need something that isn't supported.</exception>
    /// <exception cref="DataFormatException">The model's or the adapter's configuration is broken, or needs something that
    /// isn't supported.</exception>
    /// <exception cref="DataFormatException">A weight file breaks the format or is cut short.</exception>
    /// <exception cref="DataFormatException">The weights are in another format: <c>pytorch_model.bin</c>, <c>.gguf</c>.</exception>
    /// <exception cref="DataFormatException">Weights or the adapter's tensors don't fit the configurations; the message names file and
    /// tensor.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="FileWriteException">An interrupted save could not be finished.</exception>
    /// <exception cref="OperationCanceledException">Loading was cancelled; nothing stays in memory.</exception>
    /// <exception cref="TorchUnavailableException">Torch's native library can't be loaded.</exception>
    public static PretrainedModel Load(
        PretrainedModelOptions options,
        IProgress<ModelLoadProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        foreach (string? saved in (string?[])[options.Directory, options.Adapter])
        {
            if (saved is not null)
            {
                ModelFolder.FinishSave(saved); // or its tokenizer might be the former save's
            }
        }

        CodeTokenizer tokenizer = CodeTokenizer.Load(options.Adapter is { } folder && HasTokenizer(folder) ? folder : options.Directory);
        ScalarType? dtype = options.Dtype is { } name ? TorchDevice.ParseDtype(name) : null;
        CausalLanguageModel model = ModelFolder.Load(
            options.Directory,
            TorchDevice.Parse(options.Device),
            dtype,
            progress,
            options.Families,
            cancellationToken
        );
        try
        {
            AddMarkers(model, tokenizer, options.Seed, options.PadToMultipleOf ?? 1);
            if (options.Adapter is { } adapter)
            {
                AddAdapter(model, tokenizer, adapter, options.Seed);
            }
            return new PretrainedModel(model, tokenizer);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Saves model and tokenizer in Hugging Face's layout. All files replace those of a former save together
    /// (<see cref="ModelFolder.Save(string, CausalLanguageModel, ModelSaveOptions?, Action{string}?)"/>). To the stop ids in
    /// <c>generation_config.json</c> the save adds eos, <c>&lt;|endofblock|&gt;</c> and <c>&lt;|endofmessage|&gt;</c>, so that
    /// transformers' <c>generate</c> stops at the end of an answer.
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="options">How large a file may be. The default value is null: the default options.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="FileWriteException">A file could not be written, for example because the disk is full.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter, which such a folder can't hold.</exception>
    public void Save(string directory, ModelSaveOptions? options = null) => Save(directory, Model, Tokenizer, options);

    /// <summary>
    /// Saves any model with its tokenizer as <see cref="Save(string, ModelSaveOptions?)"/> does. Your own implementation of a model writes
    /// its configuration itself (<see cref="ICausalLanguageModel.SaveConfiguration"/>).
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The tokenizer it was trained with.</param>
    /// <param name="options">How large a file may be. The default value is null: the default options.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="FileWriteException">A file could not be written, for example because the disk is full.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter, which such a folder can't hold.</exception>
    public static void Save(string directory, ICausalLanguageModel model, CodeTokenizer tokenizer, ModelSaveOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        options = (options ?? new ModelSaveOptions()) with { };
        options.Validate();
        ModelFolder.RequireNoAdapter(model);
        FolderUpdate.Replace(directory, folder => PretrainedFiles.Write(folder, model, tokenizer, options.MaxShardSize));
    }

    /// <summary>
    /// Saves a model's adapter with the tokenizer as PEFT lays it out (<c>adapter_config.json</c>, <c>adapter_model.safetensors</c>), in
    /// the place of a former save, all files together.
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The tokenizer it was trained with.</param>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    /// <exception cref="FileWriteException">A file could not be written, for example because the disk is full.</exception>
    public static void SaveAdapter(string directory, IAdaptableModel model, CodeTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        AdapterFolder.Save(directory, model, tokenizer.Save);
    }

    /// <summary>Reads the configuration of a folder's adapter, such as the base model that it names. Loads no tensor.</summary>
    /// <param name="directory">The folder of an adapter or of a model.</param>
    /// <returns>What its <c>adapter_config.json</c> says; null if there is no such file.</returns>
    /// <exception cref="DataFormatException">The file is no JSON object, or a field is missing, wrong or unsupported.</exception>
    /// <exception cref="FileWriteException">An interrupted save could not be finished.</exception>
    public static AdapterConfig? FindAdapter(string directory) =>
        AdapterFolder.IsAdapter(directory) ? AdapterConfigFile.Load(directory) : null;

    /// <summary>
    /// Computes a short hash by which to tell these weights, those of an adapter included, from others. It reads only up to about a hundred
    /// numbers of each weight, so it is fast, but may miss a change of single numbers. Call it on the thread that runs torch.
    /// </summary>
    /// <returns>Twelve hexadecimal digits; equal for equal weights, wherever they were loaded from.</returns>
    public string GetFingerprint() =>
        WeightFingerprint.Of(Model.Adapter is null ? Model.Parameters : Model.Parameters.Concat(Model.TrainableParameters));

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    /// <summary>
    /// Adds a saved adapter to a model and freezes the model's own weights. If the tokenizer has more tokens than the model has rows, both
    /// embeddings grow first.
    /// </summary>
    /// <param name="model">The adapter's base model.</param>
    /// <param name="tokenizer">The tokenizer that was saved with the adapter, or the base's.</param>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="seed">Seed of the added rows that the adapter doesn't hold.</param>
    /// <exception cref="InvalidOperationException">The model already has an adapter.</exception>
    /// <exception cref="DataFormatException">The adapter's configuration is broken, unsupported, or not for this base.</exception>
    /// <exception cref="DataFormatException">The adapter's tensors don't fit its configuration and the base.</exception>
    /// <exception cref="IOException">A file is missing or can't be read.</exception>
    public static void AddAdapter(CausalLanguageModel model, CodeTokenizer tokenizer, string directory, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabularySize > model.VocabularySize)
        {
            VocabularyResizer.Resize(model, tokenizer.VocabularySize, new Dictionary<int, IReadOnlyList<int>>(), seed);
        }

        AdapterFolder.Load(directory, model);
    }

    /// <summary>
    /// Gives each marker that the tokenizer had to add (<see cref="CodeTokenizer.AppendedMarkers"/>) its rows in both embeddings: the mean
    /// of the rows of the tokens that the marker's text had before (arXiv 2405.17057, section 3.1).
    /// </summary>
    /// <remarks>
    /// Markers take the rows that a padded vocabulary has in addition; if those are too few, the embeddings grow. A model that lacks rows
    /// for other tokens of the tokenizer isn't changed; a fine-tuner refuses it.
    /// </remarks>
    /// <param name="model">The model. Its embedding tensors may be replaced, so create optimizers afterwards.</param>
    /// <param name="tokenizer">The tokenizer that was loaded with the model.</param>
    /// <param name="seed">Seed of the rows that are drawn at random.</param>
    /// <param name="padToMultipleOf">The number of rows is rounded up to a multiple of this, at least 1. The additional rows are drawn at
    /// random and belong to no token. The default value is 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="padToMultipleOf"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter, which fits only the rows it has now.</exception>
    public static void AddMarkers(CausalLanguageModel model, CodeTokenizer tokenizer, long seed, int padToMultipleOf = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(padToMultipleOf, 1);
        Dictionary<int, IReadOnlyList<int>> subTokens = tokenizer.AppendedMarkers.ToDictionary(
            marker => tokenizer.EncodeWithSpecialTokens(marker).Single(),
            IReadOnlyList<int> (marker) => tokenizer.EncodeText(marker)
        );
        bool fits = subTokens.Count == 0 ? tokenizer.VocabularySize <= model.VocabularySize : subTokens.Keys.Min() <= model.VocabularySize;
        int needed = Math.Max(model.VocabularySize, tokenizer.VocabularySize);
        int rows = checked((needed + padToMultipleOf - 1) / padToMultipleOf * padToMultipleOf);
        if (fits && (subTokens.Count > 0 || rows > model.VocabularySize))
        {
            VocabularyResizer.Resize(model, rows, subTokens, seed);
        }
    }

    internal static bool HasTokenizer(string directory) => TokenizerFileNames.Any(name => File.Exists(Path.Combine(directory, name)));
}
