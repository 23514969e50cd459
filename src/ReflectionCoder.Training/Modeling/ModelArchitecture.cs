namespace ReflectionCoder.Modeling;

/// <summary>The decoder families; they differ in their biases and in the defaults of absent fields alone.</summary>
public enum ModelArchitecture
{
    /// <summary><c>llama</c>: Llama, CodeLlama, DeepSeek-Coder.</summary>
    Llama,

    /// <summary><c>qwen2</c>: Qwen2, Qwen2.5-Coder; query, key and value projections have biases.</summary>
    Qwen2,

    /// <summary><c>mistral</c>, without sliding window.</summary>
    Mistral,
}
