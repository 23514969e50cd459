namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary>
    /// <c>qwen3</c>: Qwen3. Queries and keys are normalized head by head, and the width of a head doesn't follow from the hidden size.
    /// Later layers may have a sliding window.
    /// </summary>
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
            Gguf = new("qwen3"),
        };
}
