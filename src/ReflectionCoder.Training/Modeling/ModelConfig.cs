using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Logits;
using ReflectionCoder.Modeling.ConfigFiles;
using ReflectionCoder.Modeling.Families;
using TorchSharp;

namespace ReflectionCoder.Modeling;

/// <summary>
/// The contents of a Hugging Face <c>config.json</c> of a decoder. A field that a file lacks gets the default that transformers has for the
/// family.
/// </summary>
/// <remarks>
/// Reading refuses fields that ask for a computation which this decoder does not have, and unknown fields whose names suggest that they
/// may. Other unknown fields are kept, and <see cref="ToJson"/> writes them back (docs/models.md). Immutable and thread-safe: change a copy
/// (<c>config with { … }</c>).
/// </remarks>
public sealed record ModelConfig
{
    private const long LargestFile = 16 << 20;

    /// <summary>The family (<c>model_type</c>). The default value is <see cref="ModelFamily.Llama"/>.</summary>
    public ModelFamily Family { get; init; } = ModelFamily.Llama;

    /// <summary>Number of rows of the embedding, V (<c>vocab_size</c>); at least 1.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the hidden states, H (<c>hidden_size</c>); at least 1.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the MLP (<c>intermediate_size</c>); at least 1.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers (<c>num_hidden_layers</c>); 1 to 10,000.</summary>
    public required int HiddenLayers { get; init; }

    /// <summary>Number of query heads (<c>num_attention_heads</c>); at least 1.</summary>
    public required int AttentionHeads { get; init; }

    /// <summary>
    /// Number of key and value heads (<c>num_key_value_heads</c>); at least 1, and <see cref="AttentionHeads"/> is a multiple of it.
    /// </summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>
    /// Width of a head (<c>head_dim</c>); an even number where positions are rotary. Where a file has no such field, it is the family's
    /// default, or hidden size / heads.
    /// </summary>
    public required int HeadDimension { get; init; }

    /// <summary>
    /// Length of the longest sequence that the model was made for (<c>max_position_embeddings</c>). With absolute positions it is the
    /// number of rows of their table. With rotary ones it is no limit, but some ways of scaling start from it. The default value is 2048.
    /// </summary>
    public int MaxPositionEmbeddings { get; init; } = 2048;

    /// <summary>How the position of a token enters the computation (<c>position_embedding_type</c>). The default value is rotary.</summary>
    internal PositionEmbeddingType PositionEmbeddingType { get; init; }

    /// <summary>
    /// Epsilon of the norms, which is added to the mean square (<c>rms_norm_eps</c>, or the family's name for it); at least 0. The default
    /// value is 1e-6.
    /// </summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies (<c>rope_theta</c>); positive. The default value is 10000.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>
    /// How the rotary frequencies are scaled for longer sequences (<c>rope_scaling</c>, <c>rope_parameters</c>). The default value is null:
    /// not at all.
    /// </summary>
    internal RopeScaling? RopeScaling { get; init; }

    /// <summary>
    /// Which layers have rotary embeddings (<c>no_rope_layers</c>), one entry for each layer. Where one has none, and no position is added
    /// to the token embeddings, its attention knows the order of tokens by its mask alone. The default value is empty: all layers.
    /// </summary>
    internal IReadOnlyList<bool> RotaryLayers { get; init; } = [];

    /// <summary>
    /// Width of the sliding window (<c>sliding_window</c>): a token sees itself and earlier tokens whose position ids are less than this
    /// behind its own. Tokens that were left out of a row count too, because the others keep their position ids. Positive. The default
    /// value is null: no window.
    /// </summary>
    public int? SlidingWindow { get; init; }

    /// <summary>
    /// Which layers have the window (<c>layer_types</c>), one entry for each layer. The default value is empty: all layers.
    /// </summary>
    internal IReadOnlyList<LayerType> LayerTypes { get; init; } = [];

    /// <summary>
    /// Whether input embedding and output projection are one matrix (<c>tie_word_embeddings</c>). The default value is false.
    /// </summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>
    /// Factor on the input embeddings; positive. It needs a family that has a field for it or computes it from other fields. The default
    /// value is 1.
    /// </summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>
    /// Factor on the products of queries and keys; positive. It needs a family that has a field for it or computes it from other fields.
    /// The default value is null: 1 / √(width of a head).
    /// </summary>
    public double? AttentionScale { get; init; }

    /// <summary>Factor on the logits; finite, not 0. It needs a family that has a field for it. The default value is 1.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>
    /// Limit of the absolute value of a logit (soft cap); positive. It needs a family that has a field for it. The default value is null:
    /// no limit.
    /// </summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>
    /// Base of the rotary frequencies in layers with a sliding window, where they are then not scaled; positive. It needs a family that has
    /// a field for it. The default value is null: the same frequencies as in the other layers.
    /// </summary>
    public double? SlidingRopeTheta { get; init; }

    /// <summary>
    /// Whether query, key and value projections have biases: always in Qwen2, <c>attention_bias</c> in Llama, SmolLM3, Qwen3 and
    /// Gemma 3, <c>use_bias</c> in StarCoder2. The default value is false.
    /// </summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>
    /// Whether attention's output projection has a bias: <c>attention_bias</c> in Llama, SmolLM3, Qwen3 and Gemma 3, <c>use_bias</c> in
    /// StarCoder2. The default value is false.
    /// </summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>
    /// Whether the projections of the MLP have biases: <c>mlp_bias</c> in Llama and SmolLM3, <c>use_bias</c> in StarCoder2. The default
    /// value is false.
    /// </summary>
    public bool MlpBias { get; init; }

    /// <summary>Standard deviation of fresh weights (<c>initializer_range</c>); at least 0. The default value is 0.02.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Begin-of-sequence id (<c>bos_token_id</c>). The default value is null: none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>End-of-sequence ids (<c>eos_token_id</c>, a number or a list). The default value is empty: none.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>
    /// Padding id (<c>pad_token_id</c>). This library never pads; it keeps the id for others. The default value is null: none.
    /// </summary>
    public int? PadTokenId { get; init; }

    /// <summary>
    /// Dtype that the file says the weights are stored in (<c>dtype</c>, else <c>torch_dtype</c>). The default value is null: the file
    /// doesn't say, or says <c>auto</c>.
    /// </summary>
    public torch.ScalarType? StoredDtype { get; init; }

    /// <summary>Turns the output projection's results into logits.</summary>
    internal LogitTransform LogitTransform => new() { Scale = LogitScale, SoftCap = LogitSoftCap };

    /// <summary>Whether any layer has a sliding window.</summary>
    internal bool HasWindows => SlidingWindow is not null && (LayerTypes.Count == 0 || LayerTypes.Contains(LayerType.SlidingAttention));

    /// <summary>Whether a forward pass needs the position ids row by row.</summary>
    internal bool DependsOnRowPositions =>
        HasWindows || PositionEmbeddingType == PositionEmbeddingType.Absolute || RopeScaling is { Type: RopeType.Dynamic };

    /// <summary>
    /// The JSON that this was read from; null where it was not read. Fields that this library doesn't know are kept there.
    /// </summary>
    internal string? Source { get; init; }

    /// <summary>The file that this was read from, which errors name.</summary>
    internal string Path { get; init; } = "config.json";

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">A <c>config.json</c>, or the folder that holds one.</param>
    /// <param name="families">More families beside those of this library. The default value is null: none.</param>
    /// <returns>The checked configuration.</returns>
    /// <exception cref="DataFormatException">The file is missing or is no JSON object, or a field is missing, wrong or
    /// unsupported.</exception>
    /// <exception cref="ArgumentException">Two families have the same <c>model_type</c>.</exception>
    public static ModelConfig Load(string path, IReadOnlyList<ModelFamily>? families = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string file = Directory.Exists(path) ? System.IO.Path.Combine(path, "config.json") : path;
        string json;
        try
        {
            long size = new FileInfo(file).Length;
            if (size > LargestFile)
            {
                throw new DataFormatException(file, "$", $"has {size} bytes; a configuration has at most {LargestFile}.");
            }

            json = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFormatException(file, "$", $"can't be read: {e.Message}", e);
        }

        return Parse(json, file, families);
    }

    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The text of a <c>config.json</c>.</param>
    /// <param name="path">The name that errors use for the text. The default value is <c>config.json</c>.</param>
    /// <param name="families">More families beside those of this library. The default value is null: none.</param>
    /// <returns>The checked configuration.</returns>
    /// <exception cref="DataFormatException">The text is no JSON object, or a field is missing, wrong or unsupported.</exception>
    /// <exception cref="ArgumentException">Two families have the same <c>model_type</c>.</exception>
    public static ModelConfig Parse(string json, string path = "config.json", IReadOnlyList<ModelFamily>? families = null) =>
        ModelConfigReader.Read(json, path, families);

    /// <summary>
    /// Checks that all values are in range and agree with each other. A configuration that was read has been checked already.
    /// </summary>
    /// <exception cref="DataFormatException">A number is out of range, or two disagree.</exception>
    public void Validate() => ModelConfigValidation.Check(this);

    /// <summary>
    /// Writes the configuration in the form that transformers reads. Unknown fields of the file that it was read from are kept.
    /// </summary>
    /// <returns>Indented JSON.</returns>
    /// <exception cref="ArgumentException"><see cref="StoredDtype"/> is no dtype of a model.</exception>
    public string ToJson() => ModelConfigWriter.Write(this);

    /// <summary>Writes the result of <see cref="ToJson"/> to a file, atomically.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <exception cref="FileWriteException">The file can't be written.</exception>
    /// <exception cref="ArgumentException"><see cref="StoredDtype"/> is no dtype of a model.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, ToJson() + "\n");
    }

    /// <summary>Whether a layer has rotary embeddings, where positions are rotary.</summary>
    internal bool HasRope(int layer) => RotaryLayers.Count == 0 || RotaryLayers[layer];

    /// <summary>The sliding window of a layer; null where the layer has none.</summary>
    internal int? WindowOf(int layer) => LayerTypes.Count == 0 || LayerTypes[layer] == LayerType.SlidingAttention ? SlidingWindow : null;
}
