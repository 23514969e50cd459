namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary>Every how many layers one has no rotary embeddings in the published models; llama.cpp knows no other number.</summary>
    private const int SmolLM3Interval = 4;

    /// <summary>
    /// <c>smollm3</c>: SmolLM3, a Llama with layers that have no rotary embeddings (<c>no_rope_layers</c>): every fourth, unless the file
    /// says otherwise. These may have a sliding window. A configuration that is made in code, and not read, has rotary embeddings in all
    /// layers.
    /// </summary>
    public static ModelFamily SmolLM3 { get; } =
        new()
        {
            ModelType = "smollm3",
            Name = "SmolLM3",
            DefaultMaxPositionEmbeddings = 32768,
            DefaultKeyValueHeads = 4,
            DefaultRopeTheta = 2e6,
            DefaultBosTokenId = 128000,
            DefaultEosTokenIds = [128001],
            DefaultTieWordEmbeddings = true,
            AttentionBiasField = "attention_bias",
            MlpBiasField = "mlp_bias",
            NoRopeInterval = SmolLM3Interval,
            Window = WindowRule.LayersWithoutRope,
            Gguf = new("smollm3") { PairsNeighbours = true, NoRopeInterval = SmolLM3Interval },
        };
}
