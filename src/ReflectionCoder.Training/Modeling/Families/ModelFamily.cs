using ReflectionCoder.Modeling.Blocks;

namespace ReflectionCoder.Modeling.Families;

/// <summary>
/// What sets a family of decoders apart: names and defaults in <c>config.json</c>, and the pieces its layers are made of. Reader, checks,
/// writer, weights, decoder and memory plan ask it; nothing else knows families by name.
/// </summary>
/// <remarks>
/// <para>
/// A family of a host's own is one of these with differences (<c>ModelFamily.Llama with { … }</c>), given to <see cref="ModelConfig.Load"/>
/// or whatever loads models. It may choose <c>model_type</c> and name, defaults of absent fields, tied embeddings, numbers of its own that
/// scale or cap embeddings, attention and logits (<see cref="Numbers"/>, <see cref="Complete"/>), and fields that say nothing new.
/// </para>
/// <para>
/// A family of the library is a file beside this one and a line in <c>ModelFamilies</c>. It may choose, besides: which fields ask for
/// biases, and where biases always are; whether queries and keys are normed; how windows are read and written (<c>WindowRule</c>); the norm
/// and where it stands (<c>Norm</c>, <c>LayerNorms</c>: in front, or behind attention and MLP too); the MLP (<c>Mlp</c>: its projections,
/// gated or not, and what is made of them); a base of rotary frequencies of its own for sliding layers. A norm, MLP or rule that isn't
/// there yet is one more piece in its folder. What differs further, such as capped attention scores, experts or parallel residuals, is
/// another <see cref="ICausalLanguageModel"/>.
/// </para>
/// </remarks>
public sealed partial record ModelFamily
{
    private static readonly string[] AttentionProjections = ["q_proj", "k_proj", "v_proj", "o_proj"];

    private ModelFamily() { }

    /// <summary>What the file calls it (<c>model_type</c>); one family each.</summary>
    public required string ModelType { get; init; }

    /// <summary>Its name for people and, with <c>ForCausalLM</c> behind it, in <c>architectures</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>max_position_embeddings</c> where the file has none; at least 1.</summary>
    public required int DefaultMaxPositionEmbeddings { get; init; }

    /// <summary><c>num_key_value_heads</c> where the file has none. The default value is null: as many as query heads.</summary>
    public int? DefaultKeyValueHeads { get; init; }

    /// <summary><c>head_dim</c> where the file has none. The default value is null: hidden size / heads.</summary>
    public int? DefaultHeadDimension { get; init; }

    /// <summary><c>rope_theta</c> where the file has none. The default value is 10000.</summary>
    public double DefaultRopeTheta { get; init; } = 10000;

    /// <summary>The norms' epsilon where the file has none. The default value is 1e-6.</summary>
    public double DefaultNormEpsilon { get; init; } = 1e-6;

    /// <summary><c>initializer_range</c> where the file has none. The default value is 0.02.</summary>
    public double DefaultInitializerRange { get; init; } = 0.02;

    /// <summary><c>bos_token_id</c> where the file has none. The default value is null: none.</summary>
    public int? DefaultBosTokenId { get; init; }

    /// <summary><c>eos_token_id</c> where the file has none. The default value is empty: none.</summary>
    public IReadOnlyList<int> DefaultEosTokenIds { get; init; } = [];

    /// <summary><c>tie_word_embeddings</c> where the file has none. The default value is false.</summary>
    public bool DefaultTieWordEmbeddings { get; init; }

    /// <summary>Numbers of the file that this family has beyond those of every decoder. The default value is empty.</summary>
    public IReadOnlyList<FamilyNumber> Numbers { get; init; } = [];

    /// <summary>
    /// What follows from the other fields, such as embeddings that are scaled by √(hidden size); called when a file is read, after
    /// <see cref="Numbers"/>. The default value changes nothing.
    /// </summary>
    public Func<ModelConfig, ModelConfig> Complete { get; init; } = config => config;

    /// <summary>
    /// Fields that say nothing new about this family, though their names speak of mathematics. The default value is empty.
    /// </summary>
    public IReadOnlyList<string> HarmlessFields { get; init; } = [];

    /// <summary>The field that asks for biases on all of attention's projections; null where none does.</summary>
    internal string? AttentionBiasField { get; init; }

    /// <summary>The field that asks for biases in the MLP; null where none does.</summary>
    internal string? MlpBiasField { get; init; }

    /// <summary>Whether there are biases where their field is absent.</summary>
    internal bool DefaultBias { get; init; }

    /// <summary>Whether query, key and value projections always have biases.</summary>
    internal bool HasQueryKeyValueBias { get; init; }

    /// <summary>Whether queries and keys are normed head by head.</summary>
    internal bool HasQueryKeyNorms { get; init; }

    /// <summary>Which layers slide, and how the file says so.</summary>
    internal WindowRule Window { get; init; } = WindowRule.None;

    /// <summary>The norm of the layers, and of the last hidden states.</summary>
    internal Norm Norm { get; init; } = Norm.Rms;

    /// <summary>Where a layer's norms stand.</summary>
    internal LayerNorms LayerNorms { get; init; } = LayerNorms.Before;

    /// <summary>The MLP.</summary>
    internal Mlp Mlp { get; init; } = Mlp.SwiGlu;

    /// <summary>The field that names the MLP's activation.</summary>
    internal string ActivationField { get; init; } = "hidden_act";

    /// <summary>The one entry of <c>architectures</c>.</summary>
    internal string ArchitectureName => Name + "ForCausalLM";

    /// <summary>Names of a layer's projections without the part they belong to, in checkpoint order.</summary>
    internal IEnumerable<string> Projections => AttentionProjections.Concat(Mlp.Projections);

    /// <summary>Whether a field is this family's own, so that the rules for all don't apply.</summary>
    internal bool Knows(string field) =>
        field == AttentionBiasField
        || field == MlpBiasField
        || field == ActivationField
        || field == Norm.EpsilonField
        || HarmlessFields.Contains(field)
        || Numbers.Any(number => number.Field == field);

    /// <summary>
    /// Whether the family's fields can say how a configuration scales and caps. What they can't say, a saved file would lose.
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
        ModelConfig said = Complete(Numbers.Aggregate(plain, (result, number) => number.Set(result, number.Get(config))));
        return Scales(said).Zip(Scales(config)).All(pair => AreClose(pair.First, pair.Second));

        static double?[] Scales(ModelConfig config) =>
            [config.EmbeddingScale, config.AttentionScale, config.LogitScale, config.LogitSoftCap, config.SlidingRopeTheta];

        // A field may hold what is computed with in another form, such as the inverse square.
        static bool AreClose(double? said, double? meant) =>
            said == meant || (said is { } one && meant is { } other && Math.Abs(one - other) <= 1e-9 * Math.Abs(other));
    }
}
