using ReflectionCoder.Configuration;
using ReflectionCoder.Gguf.Format;

namespace ReflectionCoder.Gguf;

/// <summary>What a GGUF file shall hold beside the model.</summary>
public sealed record GgufExportOptions : IValidatedOptions
{
    private static readonly Dictionary<string, GgufTensorType> Types = new()
    {
        ["f32"] = GgufTensorType.F32,
        ["f16"] = GgufTensorType.F16,
        ["bf16"] = GgufTensorType.BF16,
        ["q8_0"] = GgufTensorType.Q8_0,
    };

    /// <summary>The names that <see cref="Type"/> may have: <c>f32</c>, <c>f16</c>, <c>bf16</c>, <c>q8_0</c>.</summary>
    public static IReadOnlyList<string> AllTypes { get; } = [.. Types.Keys];

    /// <summary>
    /// How the numbers of matrices are stored; one of <see cref="AllTypes"/>. With <c>q8_0</c> 32 numbers share a scale and have a byte
    /// each; a matrix whose rows aren't a multiple of 32 long is stored as <c>f16</c>. Vectors are always <c>f32</c>. The default value is
    /// <c>f16</c>.
    /// </summary>
    public string Type { get; set; } = "f16";

    /// <summary>
    /// Name of the model in the file (<c>general.name</c>). The default value is null: the name of the file without <c>.gguf</c>.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// The longest context that the file names, at least 1 and at most the model's. A model whose sliding window is smaller is refused
    /// where llama.cpp ignores the window, which is in all families but Gemma 3. The default value is null: the model's own.
    /// </summary>
    public int? ContextLength { get; set; }

    /// <summary>
    /// llama.cpp's name for how a byte-level tokenizer splits text (<c>tokenizer.ggml.pre</c>), such as <c>qwen2</c>. A wrong name gives a
    /// file that tokenizes wrongly. The default value is null: the name is found by the tokenizer's expressions, and a tokenizer whose
    /// expressions have no name is refused.
    /// </summary>
    public string? PreTokenizer { get; set; }

    /// <summary>
    /// Whether a Modelfile for Ollama is written beside the file, under its name with <c>.Modelfile</c> in the place of <c>.gguf</c>, or
    /// behind a name that doesn't end so. It holds the prompt format of a fine-tuned model, so a model without the markers gets none. The
    /// default value is true.
    /// </summary>
    public bool Modelfile { get; set; } = true;

    internal GgufTensorType TensorType => Types[Type];

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(Type is not null && Types.ContainsKey(Type), Type, $"one of {string.Join(", ", AllTypes)}")
            .Require(Name is null || !string.IsNullOrWhiteSpace(Name), Name, "null or a name")
            .Require(ContextLength is null or >= 1, ContextLength, "at least 1")
            .Require(PreTokenizer is null || !string.IsNullOrWhiteSpace(PreTokenizer), PreTokenizer, "null or a name")
            .Found;
}
