using ReflectionCoder.Modeling.Blocks;

namespace ReflectionCoder.Modeling.Families;

/// <summary>
/// A family of decoders: its names and defaults in <c>config.json</c>, and the parts that its layers are made of. All code that depends on
/// the family asks this object; no other code knows a family by its name. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// An application makes a family of its own from one of these (<c>ModelFamily.Llama with { … }</c>) and gives it to
/// <see cref="ModelConfig.Load"/> or to another method that loads models. It can choose the <c>model_type</c> and the name, the defaults of
/// absent fields, tied embeddings, numbers that scale or cap embeddings, attention and logits (<see cref="Numbers"/>,
/// <see cref="Complete"/>), and fields that may be ignored (<see cref="HarmlessFields"/>).
/// </para>
/// <para>
/// A family of this library is a file beside this one and an entry in <c>ModelFamilies</c>. It can also choose which fields ask for biases,
/// and which projections always have them; whether queries and keys are normalized; how windows are read and written (<c>WindowRule</c>);
/// whether there are layers without rotary embeddings; the norm, and where in a layer norms are (<c>Norm</c>, <c>LayerNorms</c>); the MLP,
/// gated or not (<c>Mlp</c>); another base of the rotary frequencies for layers with a sliding window; and its form in GGUF files
/// (<c>Gguf</c>). If it needs a new norm, MLP or rule, that is added beside the existing ones. A decoder with more differences, such as
/// capped attention scores, experts or parallel residuals, needs an <see cref="ICausalLanguageModel"/> of its own.
/// </para>
/// </remarks>
public sealed partial record ModelFamily
{
    private static readonly string[] AttentionProjections = ["q_proj", "k_proj", "v_proj", "o_proj"];

    private ModelFamily() { }

    /// <summary>The <c>model_type</c> in the file. No two families may have the same.</summary>
    public required string ModelType { get; init; }

    /// <summary>Name of the family, as messages show it. <c>architectures</c> has it too, followed by <c>ForCausalLM</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Value of <c>max_position_embeddings</c> where the file doesn't have it; at least 1.</summary>
    public required int DefaultMaxPositionEmbeddings { get; init; }

    /// <summary>
    /// Value of <c>num_key_value_heads</c> where the file doesn't have it. The default value is null: as many as query heads.
    /// </summary>
    public int? DefaultKeyValueHeads { get; init; }

    /// <summary>Value of <c>head_dim</c> where the file doesn't have it. The default value is null: hidden size / heads.</summary>
    public int? DefaultHeadDimension { get; init; }

    /// <summary>Value of <c>rope_theta</c> where the file doesn't have it. The default value is 10000.</summary>
    public double DefaultRopeTheta { get; init; } = 10000;

    /// <summary>Epsilon of the norms where the file doesn't have it. The default value is 1e-6.</summary>
    public double DefaultNormEpsilon { get; init; } = 1e-6;

    /// <summary>Value of <c>initializer_range</c> where the file doesn't have it. The default value is 0.02.</summary>
    public double DefaultInitializerRange { get; init; } = 0.02;

    /// <summary>Value of <c>bos_token_id</c> where the file doesn't have it. The default value is null: none.</summary>
    public int? DefaultBosTokenId { get; init; }

    /// <summary>Value of <c>eos_token_id</c> where the file doesn't have it. The default value is empty: none.</summary>
    public IReadOnlyList<int> DefaultEosTokenIds { get; init; } = [];

    /// <summary>Value of <c>tie_word_embeddings</c> where the file doesn't have it. The default value is false.</summary>
    public bool DefaultTieWordEmbeddings { get; init; }

    /// <summary>Fields with numbers that only this family has. The default value is empty.</summary>
    public IReadOnlyList<FamilyNumber> Numbers { get; init; } = [];

    /// <summary>
    /// Completes a configuration that was read, with values that follow from other fields, such as embeddings that are scaled by √(hidden
    /// size). It is called after <see cref="Numbers"/> were read. The default value changes nothing.
    /// </summary>
    public Func<ModelConfig, ModelConfig> Complete { get; init; } = config => config;

    /// <summary>
    /// Fields that may be ignored for this family, though their names suggest that they change the computation. The default value is empty.
    /// </summary>
    public IReadOnlyList<string> HarmlessFields { get; init; } = [];

    /// <summary>
    /// Fields that say in a word what this family always is, such as <c>norm_type</c>, and that word. Another word is refused.
    /// </summary>
    internal IReadOnlyDictionary<string, string> FixedTexts { get; init; } = new Dictionary<string, string>();

    /// <summary>The field that asks for biases on all projections of attention; null where there is none.</summary>
    internal string? AttentionBiasField { get; init; }

    /// <summary>The field that asks for biases in the MLP; null where there is none. It may be the same field.</summary>
    internal string? MlpBiasField { get; init; }

    /// <summary>Whether there are biases where the file doesn't have their field.</summary>
    internal bool DefaultBias { get; init; }

    /// <summary>Whether query, key and value projections always have biases.</summary>
    internal bool HasQueryKeyValueBias { get; init; }

    /// <summary>Whether queries and keys are normalized head by head.</summary>
    internal bool HasQueryKeyNorms { get; init; }

    /// <summary>
    /// Every how many layers one has no rotary embeddings where the file doesn't say which have none (<c>no_rope_layers</c>); null if all
    /// layers of the family have them.
    /// </summary>
    internal int? NoRopeInterval { get; init; }

    /// <summary>Which layers have a sliding window, and how the file says so.</summary>
    internal WindowRule Window { get; init; } = WindowRule.None;

    /// <summary>
    /// Whether layers with a window have rotary frequencies of their own, so that newer files hold one object of rotary parameters for each
    /// kind of layer. The base for these layers is one of <see cref="Numbers"/>, and the kind of scaling has its newer name,
    /// <c>rope_type</c>.
    /// </summary>
    internal bool HasSlidingRope { get; init; }

    /// <summary>
    /// Whether the factor on the embeddings is rounded to their dtype first, as transformers does where it keeps the factor as a tensor.
    /// </summary>
    internal bool RoundsEmbeddingScale { get; init; }

    /// <summary>The norm of the layers and of the final hidden states.</summary>
    internal Norm Norm { get; init; } = Norm.Rms;

    /// <summary>Where in a layer norms are.</summary>
    internal LayerNorms LayerNorms { get; init; } = LayerNorms.Before;

    /// <summary>The MLP.</summary>
    internal Mlp Mlp { get; init; } = Mlp.SwiGlu;

    /// <summary>The field that names the MLP's activation.</summary>
    internal string ActivationField { get; init; } = "hidden_act";

    /// <summary>How its models are written in GGUF files; null if they can't be.</summary>
    internal GgufForm? Gguf { get; init; }

    /// <summary>The one entry of <c>architectures</c>.</summary>
    internal string ArchitectureName => Name + "ForCausalLM";

    /// <summary>Names of a layer's projections without the part in front (<c>mlp.</c>), in the order of a checkpoint.</summary>
    internal IEnumerable<string> Projections => AttentionProjections.Concat(Mlp.Projections);

    /// <summary>Whether this family gives a field a meaning of its own, so that the general rules don't apply to it.</summary>
    internal bool Knows(string field) =>
        field == AttentionBiasField
        || field == MlpBiasField
        || field == ActivationField
        || field == Norm.EpsilonField
        || Window.Fields.Contains(field)
        || (NoRopeInterval is not null && NoRopeLayers.Fields.Contains(field))
        || FixedTexts.ContainsKey(field)
        || HarmlessFields.Contains(field)
        || Numbers.Any(number => number.Field == field);

    /// <summary>
    /// Whether the fields of this family can express how a configuration scales and caps. What they can't express would be lost in a saved
    /// file.
    /// </summary>
    internal bool CanSay(ModelConfig config)
    {
        ModelConfig plain = config with
        {
            EmbeddingScale = 1,
            AttentionScale = null,
            LogitScale = 1,
            LogitSoftCap = null,
            SlidingRopeTheta = null,
        };
        if (Numbers.Any(number => !number.AllowsNull && number.Get(config) is null))
        {
            return false;
        }

        ModelConfig said = Complete(Numbers.Aggregate(plain, (result, number) => number.Set(result, number.Get(config))));
        return Scales(said).Zip(Scales(config)).All(pair => AreClose(pair.First, pair.Second));

        static double?[] Scales(ModelConfig config) =>
            [config.EmbeddingScale, config.AttentionScale, config.LogitScale, config.LogitSoftCap, config.SlidingRopeTheta];

        // A field may hold a value in another form, such as its inverse square, so reading it back may round.
        static bool AreClose(double? said, double? meant) =>
            said == meant || (said is { } one && meant is { } other && Math.Abs(one - other) <= 1e-9 * Math.Abs(other));
    }
}
