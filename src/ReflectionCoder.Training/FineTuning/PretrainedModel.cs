using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning;

/// <summary>Which model to load, and where to.</summary>
public sealed record PretrainedModelOptions : IValidatedOptions
{
    /// <summary>A folder as Hugging Face lays it out: configuration, weights, tokenizer. Must be set.</summary>
    public string Directory { get; set; } = "";

    /// <summary>A folder with an adapter for that model, as PEFT lays it out; its tokenizer, where it holds one, takes the model's place. The default value is null.</summary>
    public string? Adapter { get; set; }

    /// <summary><c>cpu</c>, <c>cuda</c>, <c>cuda:N</c>, or <c>auto</c>: CUDA where there is one. The default value is <c>auto</c>.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>Element type of the weights in memory, <c>float32</c> or <c>bfloat16</c>; null for the files' own. The default value is null.</summary>
    public string? Dtype { get; set; }

    /// <summary>Decides rows of the embedding that have to be drawn. The default value is 3407.</summary>
    public long Seed { get; set; } = 3407;

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() => new OptionErrors()
        .Require(!string.IsNullOrWhiteSpace(Directory), Directory, "a directory")
        .Require(Adapter is null || !string.IsNullOrWhiteSpace(Adapter), Adapter, "a directory, or left out")
        .Require(TorchDevice.IsName(Device), Device, "cpu, cuda, cuda:N or auto")
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
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="TorchDeviceException">This machine has no such device.</exception>
    /// <exception cref="TokenizerFormatException">The tokenizer's files are broken, or ask for what isn't supported.</exception>
    /// <exception cref="ModelConfigException">The configuration can't be run, or the adapter's asks for what isn't supported.</exception>
    /// <exception cref="WeightMismatchException">Weights or the adapter's tensors aren't those that the configurations ask for; it names file and tensor.</exception>
    /// <exception cref="CheckpointException">The weights can't be read, or aren't the configuration's.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static PretrainedModel Load(PretrainedModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CodeTokenizer tokenizer = CodeTokenizer.Load(options.Adapter is { } folder && HasTokenizer(folder) ? folder : options.Directory);
        ScalarType? dtype = options.Dtype is { } name ? TorchDevice.ParseDtype(name) : null;
        CausalLanguageModel model = ModelFolder.Load(options.Directory, TorchDevice.Parse(options.Device), dtype);
        try
        {
            AddMarkers(model, tokenizer, options.Seed);
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

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    /// <summary>Puts a saved adapter beside a model; where the tokenizer knows more tokens than the model has rows, both embeddings grow first.</summary>
    /// <param name="model">The base.</param>
    /// <param name="tokenizer">The tokenizer that was saved with the adapter, or the base's.</param>
    /// <param name="directory">The adapter's folder.</param>
    /// <param name="seed">Decides added rows that the adapter doesn't hold.</param>
    /// <exception cref="ModelConfigException">The adapter's configuration is broken or unsupported, or not for this base.</exception>
    /// <exception cref="WeightMismatchException">The adapter's tensors aren't those that its configuration and the base ask for.</exception>
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
    /// Gives each marker that the tokenizer had to add (<see cref="CodeTokenizer.AppendedMarkers"/>) the mean of its sub-tokens' rows in both
    /// embeddings (paper section 3.1). A model without rows for the tokenizer's other tokens is left to the fine-tuner's check.
    /// </summary>
    /// <param name="model">The model; its embeddings grow. Make the optimizer afterwards.</param>
    /// <param name="tokenizer">The tokenizer that was loaded with it.</param>
    /// <param name="seed">Decides rows that have to be drawn.</param>
    /// <exception cref="InvalidOperationException">The model has an adapter, which is made for its present rows.</exception>
    public static void AddMarkers(CausalLanguageModel model, CodeTokenizer tokenizer, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        Dictionary<int, IReadOnlyList<int>> subTokens = tokenizer.AppendedMarkers
            .ToDictionary(marker => tokenizer.EncodeWithSpecialTokens(marker).Single(), IReadOnlyList<int> (marker) => tokenizer.EncodeText(marker));
        if (subTokens.Count > 0 && subTokens.Keys.Min() <= model.VocabularySize)
        {
            VocabularyResizer.Resize(model, Math.Max(model.VocabularySize, tokenizer.VocabularySize), subTokens, seed);
        }
    }

    private static bool HasTokenizer(string directory) =>
        TokenizerFileNames.Any(name => File.Exists(Path.Combine(directory, name)));
}
