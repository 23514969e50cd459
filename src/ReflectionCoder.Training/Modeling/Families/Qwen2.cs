namespace ReflectionCoder.Modeling.Families;

public sealed partial record ModelFamily
{
    /// <summary>
    /// <c>qwen2</c>: Qwen2, Qwen2.5-Coder. Query, key and value projections have biases. Later layers may have a sliding window.
    /// </summary>
    public static ModelFamily Qwen2 { get; } =
        new()
        {
            ModelType = "qwen2",
            Name = "Qwen2",
            DefaultMaxPositionEmbeddings = 32768,
            DefaultKeyValueHeads = 32,
            HasQueryKeyValueBias = true,
            Window = WindowRule.LaterLayers,
            Gguf = new("qwen2") { NeedsHeadsOfHiddenSize = true },
        };
}
