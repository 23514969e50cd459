namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary>
    /// <c>llama</c>: Llama, CodeLlama, DeepSeek-Coder. Projections have biases where <c>attention_bias</c> and <c>mlp_bias</c> say so.
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
            Gguf = new("llama")
            {
                PairsNeighbours = true,
                ReadsRopeFactors = true,
                OptionalBiases = GgufBiases.Read,
            },
        };
}
