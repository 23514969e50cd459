namespace ReflectionCoder.Modeling.Families;

/// <summary>How the models of a family are written in GGUF files, as llama.cpp reads them (docs/gguf.md).</summary>
/// <param name="Architecture">Value of <c>general.architecture</c>, which also begins the names of the model's own keys.</param>
internal sealed record GgufForm(string Architecture)
{
    /// <summary>The names of Llama and its relatives.</summary>
    public static IReadOnlyDictionary<string, string> CommonLayerNames { get; } =
        new Dictionary<string, string>
        {
            ["self_attn.q_proj"] = "attn_q",
            ["self_attn.k_proj"] = "attn_k",
            ["self_attn.v_proj"] = "attn_v",
            ["self_attn.o_proj"] = "attn_output",
            ["self_attn.q_norm"] = "attn_q_norm",
            ["self_attn.k_norm"] = "attn_k_norm",
            ["mlp.gate_proj"] = "ffn_gate",
            ["mlp.up_proj"] = "ffn_up",
            ["mlp.down_proj"] = "ffn_down",
            ["input_layernorm"] = "attn_norm",
            ["post_attention_layernorm"] = "ffn_norm",
        };

    /// <summary>
    /// Names of a layer's parts in a checkpoint, without the layer's prefix, and the names that follow <c>blk.N.</c> in the file. The
    /// default value has those of Llama and its relatives.
    /// </summary>
    public IReadOnlyDictionary<string, string> LayerNames { get; init; } = CommonLayerNames;

    /// <summary>
    /// Whether the runtime turns neighbouring elements of a head together, and not an element of the first half with one of the second.
    /// Then the rows of query and key projections are reordered. The default value is false.
    /// </summary>
    public bool PairsNeighbours { get; init; }

    /// <summary>Whether the runtime reads the factors of Llama 3's rotary frequencies. The default value is false.</summary>
    public bool ReadsRopeFactors { get; init; }

    /// <summary>What the runtime makes of biases that only some models of the family have. The default value is
    /// <see cref="GgufBiases.Unread"/>.</summary>
    public GgufBiases OptionalBiases { get; init; }

    /// <summary>Whether the heads together must be as wide as the hidden states. The default value is false.</summary>
    public bool NeedsHeadsOfHiddenSize { get; init; }

    /// <summary>The key of the norms' epsilon, without the architecture. The default value is that of RMS norms.</summary>
    public string NormEpsilonKey { get; init; } = "attention.layer_norm_rms_epsilon";

    /// <summary>
    /// Whether the runtime reads a sliding window, which layers have it, and the base of their rotary frequencies. If not, it computes full
    /// attention in all layers. The default value is false.
    /// </summary>
    public bool ReadsWindows { get; init; }

    /// <summary>
    /// Every how many layers the runtime leaves rotary embeddings out, whatever a file says: it has no key for it. The default value is
    /// null: nowhere.
    /// </summary>
    public int? NoRopeInterval { get; init; }

    /// <summary>Whether the runtime reads the cap of the logits. The default value is false.</summary>
    public bool ReadsLogitCap { get; init; }

    /// <summary>
    /// Sets the factors on embeddings, attention and logits with which the runtime computes, whatever a file says: it has no keys for them.
    /// The default value scales nothing but attention, and that as usual.
    /// </summary>
    public Func<ModelConfig, ModelConfig> SetFactors { get; init; } =
        config => config with { EmbeddingScale = 1, AttentionScale = null, LogitScale = 1 };

    /// <summary>Which of so many layers have rotary embeddings in the runtime.</summary>
    public IReadOnlyList<bool> RotaryLayers(int layers) => NoRopeLayers.AllButEvery(NoRopeInterval ?? int.MaxValue, layers);
}

/// <summary>What the runtime makes of biases that only some models of a family have.</summary>
internal enum GgufBiases
{
    /// <summary>It ignores them.</summary>
    Unread,

    /// <summary>It reads those that are there.</summary>
    Read,

    /// <summary>It needs all of them.</summary>
    Needed,
}
