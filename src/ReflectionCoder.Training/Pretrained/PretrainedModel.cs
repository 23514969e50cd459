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

/// <summary>Which model to load, and where to.</summary>
public sealed record PretrainedModelOptions : IValidatedOptions
{
    /// <summary>A folder as Hugging Face lays it out: configuration, weights, tokenizer. Must be set.</summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// A folder with an adapter for that model, as PEFT lays it out; its tokenizer, where it holds one, takes the model's place. The
    /// default value is null.
    /// </summary>
    public string? Adapter { get; set; }

    /// <summary>
    /// <c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c>: CUDA where there is one. The default value is <c>auto</c>.
    /// </summary>
    public string Device { get; set; } = "auto";

    /// <summary>
    /// Rounds the embeddings' rows up to a multiple, at least 1, as <c>pad_to_multiple_of</c> of Hugging Face's
    /// <c>resize_token_embeddings</c> does; tensor cores like 64. Rows are never taken away. The default value is null: no more rows than
    /// the tokenizer needs.
    /// </summary>
    public int? PadToMultipleOf { get; set; }

    /// <summary>
    /// Element type of the weights in memory, <c>float32</c> or <c>bfloat16</c>; null, the default value, for the files' own, on the CPU
    /// float32 for float16.
    /// </summary>
    public string? Dtype { get; set; }

    /// <summary>Families beside the library's own, each with a <c>model_type</c> that no other has. The default value is empty.</summary>
    public IReadOnlyList<ModelFamily> Families { get; set; } = [];

    /// <summary>Decides rows of the embedding that have to be drawn. The default value is 3407.</summary>
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

/// <summary>A model with its tokenizer, ready to be trained on reflection sequences: it has a row for each of the seven markers.</summary>
public sealed class PretrainedModel : IDisposable
{
    private static readonly string[] TokenizerFileNames = ["tokenizer.json", "tokenizer.model", "vocab.json"];

    private PretrainedModel(CausalLanguageModel model, CodeTokenizer tokenizer) => (Model, Tokenizer) = (model, tokenizer);

    /// <summary>The model. Goes with this.</summary>
    public CausalLanguageModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public CodeTokenizer Tokenizer { get; }

    /// <summary>Loads a folder. Each marker that the tokenizer lacks is added to both, with the mean of its sub-tokens' rows.</summary>
    /// <param name="options">Which one, and where to.</param>
    /// <param name="progress">Told of each piece of weights, on the calling thread; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="ArgumentException">This machine has no such device.</exception>
    /// <exception cref="DataFormatException">The tokenizer's files are broken, or ask for what isn't supported.</exception>
    /// <exception cref="DataFormatException">The configuration can't be run, or the adapter's asks for what isn't supported.</exception>
    /// <exception cref="DataFormatException">A weight file breaks the format or is truncated.</exception>
    /// <exception cref="DataFormatException">The weights are in another form: <c>pytorch_model.bin</c>, <c>.gguf</c>.</exception>
    /// <exception cref="DataFormatException">Weights or the adapter's tensors aren't those that the configurations ask for; it names file
    /// and tensor.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing stays in memory.</exception>
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
                ModelFolder.FinishSave(saved); // before its tokenizer is looked for
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
    /// Saves model and tokenizer as Hugging Face lays them out, in the place of a former save, all files together
    /// (<see cref="ModelFolder.Save(string, CausalLanguageModel, ModelSaveOptions?, Action{string}?)"/>). <c>generation_config.json</c>
    /// stops at what ends an answer: eos, <c>&lt;|endofblock|&gt;</c> and <c>&lt;|endofmessage|&gt;</c>.
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="options">How large a file may be; null for the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="FileWriteException">The system refused, the disk being full for one.</exception>
    /// <exception cref="InvalidOperationException">The model has an adapter, which such a folder can't hold.</exception>
    public void Save(string directory, ModelSaveOptions? options = null) => Save(directory, Model, Tokenizer, options);

    /// <summary>
    /// Saves a fine-tuned or merged model with its tokenizer as <see cref="Save(string, ModelSaveOptions?)"/> does, for those that were not
    /// loaded together; a model of one's own with what it adds (<see cref="ICausalLanguageModel.SaveConfiguration"/>).
    /// </summary>
    /// <param name="directory">The folder; made if absent.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The tokenizer it was trained with.</param>
    /// <param name="options">How large a file may be; null for the defaults.</param>
    /// <exception cref="InvalidOptionsException">Options are out of range.</exception>
    /// <exception cref="FileWriteException">The system refused, the disk being full for one.</exception>
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
    /// <exception cref="FileWriteException">The system refused, the disk being full for one.</exception>
    public static void SaveAdapter(string directory, IAdaptableModel model, CodeTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        AdapterFolder.Save(directory, model, tokenizer.Save);
    }

    /// <summary>What a folder's adapter is, such as the base it names, without its numbers.</summary>
    /// <param name="directory">The folder, of an adapter or of a model.</param>
    /// <returns>What its <c>adapter_config.json</c> says; null where there is none.</returns>
    /// <exception cref="DataFormatException">The file is no JSON object, or a field is missing, wrong or unsupported.</exception>
    /// <exception cref="FileWriteException">A save that was cut off could not be finished.</exception>
    public static AdapterConfig? FindAdapter(string directory) =>
        AdapterFolder.IsAdapter(directory) ? AdapterConfigFile.Load(directory) : null;

    /// <summary>
    /// Tells these weights, an adapter's with them, from others by a few numbers of each; call it on the thread that runs torch.
    /// </summary>
    /// <returns>Twelve hexadecimal digits; equal for equal weights, wherever they were loaded from.</returns>
    public string GetFingerprint() =>
        WeightFingerprint.Of(Model.Adapter is null ? Model.Parameters : Model.Parameters.Concat(Model.TrainableParameters));

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    /// <summary>
    /// Puts a saved adapter beside a model; where the tokenizer knows more tokens than the model has rows, both embeddings grow first.
    /// </summary>
    /// <param name="model">The base.</param>
    /// <param name="tokenizer">The tokenizer that was saved with the adapter, or the base's.</param>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="seed">Decides added rows that the adapter doesn't hold.</param>
    /// <exception cref="DataFormatException">The adapter's configuration is broken or unsupported, or not for this base.</exception>
    /// <exception cref="DataFormatException">The adapter's tensors aren't those that its configuration and the base ask for.</exception>
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
    /// Gives each marker that the tokenizer had to add (<see cref="CodeTokenizer.AppendedMarkers"/>) the mean of its sub-tokens' rows in
    /// both embeddings (paper section 3.1). Markers take rows that the model has beyond the tokenizer's tokens (a padded vocabulary); where
    /// those are too few, the embeddings grow. A model without rows for the tokenizer's other tokens is left to the fine-tuner's check.
    /// </summary>
    /// <param name="model">The model; its embeddings grow. Make the optimizer afterwards.</param>
    /// <param name="tokenizer">The tokenizer that was loaded with it.</param>
    /// <param name="seed">Decides rows that have to be drawn.</param>
    /// <param name="padToMultipleOf">Rows are rounded up to a multiple of it, at least 1; the new ones are drawn, and no tokenizer id leads
    /// to them. The default value is 1.</param>
    /// <exception cref="InvalidOperationException">The model has an adapter, which is made for its present rows.</exception>
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

    private static bool HasTokenizer(string directory) => TokenizerFileNames.Any(name => File.Exists(Path.Combine(directory, name)));
}
