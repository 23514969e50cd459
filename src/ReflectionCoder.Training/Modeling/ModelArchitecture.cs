namespace ReflectionCoder.Modeling;

/// <summary>The decoder families; they differ in biases, norms, windows and in the defaults of absent fields.</summary>
public enum ModelArchitecture
{
    /// <summary><c>llama</c>: Llama, CodeLlama, DeepSeek-Coder.</summary>
    Llama,

    /// <summary><c>qwen2</c>: Qwen2, Qwen2.5-Coder; query, key and value projections have biases, later layers may slide.</summary>
    Qwen2,

    /// <summary><c>mistral</c>: Mistral, Codestral; all layers may slide.</summary>
    Mistral,

    /// <summary><c>qwen3</c>: queries and keys are normed head by head; later layers may slide.</summary>
    Qwen3,
}
