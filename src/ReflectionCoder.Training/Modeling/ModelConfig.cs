using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Logits;
using ReflectionCoder.Modeling.ConfigFiles;
using ReflectionCoder.Modeling.Families;
using TorchSharp;

namespace ReflectionCoder.Modeling;

/// <summary>What a Hugging Face <c>config.json</c> says about a decoder. Defaults are transformers' own for the family.</summary>
/// <remarks>
/// Fields that would change the mathematics in a way this decoder does not implement are refused by name when read, and so are unknown
/// fields whose names speak of mathematics; other unknown fields are kept and written back by <see cref="ToJson"/> (docs/models.md).
/// Immutable: change a copy (<c>config with { … }</c>).
/// </remarks>
public sealed record ModelConfig
{
    private const long LargestFile = 16 << 20;

    /// <summary>The family (<c>model_type</c>). The default value is <see cref="ModelFamily.Llama"/>.</summary>
    public ModelFamily Family { get; init; } = ModelFamily.Llama;

    /// <summary>Rows of the embedding, V (<c>vocab_size</c>).</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the hidden states (<c>hidden_size</c>).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the MLP (<c>intermediate_size</c>).</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers (<c>num_hidden_layers</c>).</summary>
    public required int HiddenLayers { get; init; }

    /// <summary>Number of query heads (<c>num_attention_heads</c>).</summary>
    public required int AttentionHeads { get; init; }

    /// <summary>Number of key and value heads (<c>num_key_value_heads</c>); divides <see cref="AttentionHeads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>
    /// Width of a head (<c>head_dim</c>); even where positions are rotary. The default of an absent field is the family's, or hidden size /
    /// heads.
    /// </summary>
    public required int HeadDimension { get; init; }

    /// <summary>
    /// Longest sequence the model was made for (<c>max_position_embeddings</c>): rows of the table of absolute positions; with rotary ones,
    /// which have no end, the length that some scalings start from. The default value is 2048.
    /// </summary>
    public int MaxPositionEmbeddings { get; init; } = 2048;

    /// <summary>How tokens know where they stand (<c>position_embedding_type</c>). The default value is rotary.</summary>
    internal PositionEmbeddingType PositionEmbeddingType { get; init; }

    /// <summary>
    /// Added to the mean square inside the norms (<c>rms_norm_eps</c>, or the family's name for it). The default value is 1e-6.
    /// </summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Base of the rotary frequencies (<c>rope_theta</c>). The default value is 10000.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>
    /// How the rotary frequencies are stretched (<c>rope_scaling</c>, <c>rope_parameters</c>). The default value is null: not at all.
    /// </summary>
    internal RopeScaling? RopeScaling { get; init; }

    /// <summary>
    /// A key is seen only from positions less than this behind it, positions being those before tokens were left out
    /// (<c>sliding_window</c>). Null for no window, which is the default value.
    /// </summary>
    public int? SlidingWindow { get; init; }

    /// <summary>
    /// Which layers the window holds for (<c>layer_types</c>), one entry a layer; empty for all, which is the default value.
    /// </summary>
    internal IReadOnlyList<LayerType> LayerTypes { get; init; } = [];

    /// <summary>Whether the output projection is the input embedding (<c>tie_word_embeddings</c>). The default value is false.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>
    /// Factor on the input embeddings, in a family that has a field for it or makes it of others; positive. The default value is 1.
    /// </summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>
    /// Factor on the products of queries and keys, in a family that has a field for it or makes it of others; positive. The default value
    /// is null: 1 / √(width of a head).
    /// </summary>
    public double? AttentionScale { get; init; }

    /// <summary>Factor on the logits, in a family that has a field for it; finite, not 0. The default value is 1.</summary>
    public double LogitScale { get; init; } = 1;

    /// <summary>What no logit goes beyond, in a family that has a field for it; positive. The default value is null: no cap.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>
    /// Base of the rotary frequencies of layers that slide, which are then not stretched, in a family that has a field for it; positive.
    /// The default value is null: as in the other layers.
    /// </summary>
    public double? SlidingRopeTheta { get; init; }

    /// <summary>Biases on query, key and value projections: always in Qwen2, <c>attention_bias</c> in Llama and Qwen3.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Bias on the attention's output projection: <c>attention_bias</c> in Llama and Qwen3.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>Biases in the MLP: <c>mlp_bias</c> in Llama.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Standard deviation of fresh weights (<c>initializer_range</c>). The default value is 0.02.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Begin-of-sequence id (<c>bos_token_id</c>); null where there is none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>End-of-sequence ids (<c>eos_token_id</c>: a number or a list).</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Padding id (<c>pad_token_id</c>); null where there is none. Nothing here pads.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>
    /// Dtype the weights are stored in (<c>dtype</c>, else <c>torch_dtype</c>); null where the file does not say, or says <c>auto</c>.
    /// </summary>
    public torch.ScalarType? StoredDtype { get; init; }

    /// <summary>What becomes of the output projection's numbers.</summary>
    internal LogitTransform LogitTransform => new() { Scale = LogitScale, SoftCap = LogitSoftCap };

    /// <summary>Whether a layer slides.</summary>
    internal bool HasWindows => SlidingWindow is not null && (LayerTypes.Count == 0 || LayerTypes.Contains(LayerType.SlidingAttention));

    /// <summary>Whether a forward pass must know the positions row by row.</summary>
    internal bool DependsOnRowPositions =>
        HasWindows || PositionEmbeddingType == PositionEmbeddingType.Absolute || RopeScaling is { Type: RopeType.Dynamic };

    /// <summary>The JSON this was read from: the source of the fields nothing here knows.</summary>
    internal string? Source { get; init; }

    /// <summary>Where it was read from, for messages.</summary>
    internal string Path { get; init; } = "config.json";

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">A <c>config.json</c>, or the folder that holds one.</param>
    /// <param name="families">Families beside the library's own; null for none.</param>
    /// <returns>The checked configuration.</returns>
    /// <exception cref="DataFormatException">The file is missing or is no JSON object, or a field is missing, wrong or
    /// unsupported.</exception>
    /// <exception cref="ArgumentException">Two families have one <c>model_type</c>.</exception>
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
    /// <param name="path">What messages call it.</param>
    /// <param name="families">Families beside the library's own; null for none.</param>
    /// <returns>The checked configuration.</returns>
    /// <exception cref="DataFormatException">The text is no JSON object, or a field is missing, wrong or unsupported.</exception>
    /// <exception cref="ArgumentException">Two families have one <c>model_type</c>.</exception>
    public static ModelConfig Parse(string json, string path = "config.json", IReadOnlyList<ModelFamily>? families = null) =>
        ModelConfigReader.Read(json, path, families);

    /// <summary>Checks that the numbers agree with each other; reading does so already.</summary>
    /// <exception cref="DataFormatException">A number is out of range, or two disagree.</exception>
    public void Validate() => ModelConfigValidation.Check(this);

    /// <summary>The configuration as transformers reads it; unknown fields of the file it came from are kept.</summary>
    /// <returns>Indented JSON.</returns>
    public string ToJson() => ModelConfigWriter.Write(this);

    /// <summary>Writes <see cref="ToJson"/> to a file, atomically.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileWriteException">The file can't be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, ToJson() + "\n");
    }

    /// <summary>The window of a layer; null where it sees everything before it.</summary>
    internal int? WindowOf(int layer) => LayerTypes.Count == 0 || LayerTypes[layer] == LayerType.SlidingAttention ? SlidingWindow : null;
}
