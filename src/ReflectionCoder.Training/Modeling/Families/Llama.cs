namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary>
    /// <c>llama</c>: Llama, CodeLlama, DeepSeek-Coder. Biases where <c>attention_bias</c> and <c>mlp_bias</c> ask for them.
    /// </summary>
    public static ModelFamily Llama { get; } =
        new()
        {
            ModelType = "llama",
            Name = "Llama",
            DefaultMaxPositionEmbeddings = 2048,
            DefaultBosTokenId = 1,
            DefaultEosTokenIds = [2],
            AttentionBiasField = "attention_bias",
            MlpBiasField = "mlp_bias",
        };
}
