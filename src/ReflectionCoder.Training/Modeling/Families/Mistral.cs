namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary><c>mistral</c>: Mistral, Codestral. If there is a sliding window, all layers have it. No biases.</summary>
    public static ModelFamily Mistral { get; } =
        new()
        {
            ModelType = "mistral",
            Name = "Mistral",
            DefaultMaxPositionEmbeddings = 4096 * 32,
            DefaultKeyValueHeads = 8,
            DefaultBosTokenId = 1,
            DefaultEosTokenIds = [2],
            Window = WindowRule.EveryLayer,
            Gguf = new("llama")
            {
                PairsNeighbours = true,
                ReadsRopeFactors = true,
                OptionalBiases = GgufBiases.Read,
            },
        };
}
