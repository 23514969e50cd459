namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary><c>qwen3</c>. Queries and keys are normed head by head, heads have a width of their own, later layers may slide.</summary>
    public static ModelFamily Qwen3 { get; } =
        new()
        {
            ModelType = "qwen3",
            Name = "Qwen3",
            DefaultMaxPositionEmbeddings = 32768,
            DefaultKeyValueHeads = 32,
            DefaultHeadDimension = 128,
            AttentionBiasField = "attention_bias",
            HasQueryKeyNorms = true,
            Window = WindowRule.LaterLayers,
        };
}
