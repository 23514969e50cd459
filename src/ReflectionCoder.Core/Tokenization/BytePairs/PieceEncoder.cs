using ReflectionCoder.Tokenization.HuggingFace;

namespace ReflectionCoder.Tokenization.BytePairs;

/// <summary>Encodes the text between added tokens, after normalization. Thread-safe.</summary>
internal abstract class PieceEncoder
{
    /// <summary>Appends a text's ids.</summary>
    /// <param name="text">The text, not empty.</param>
    /// <param name="atStart">Whether the text is at the start of the input.</param>
    /// <param name="ids">Where the ids go.</param>
    public abstract void Encode(string text, bool atStart, List<int> ids);

    /// <summary>The encoder that a definition asks for.</summary>
    /// <exception cref="NotSupportedException">The definition asks for something that the byte pair encoder can't do.</exception>
    public static PieceEncoder Create(TokenizerDefinition definition) =>
        definition.IsByteLevel ? new ByteLevelEncoder(definition) : new CharacterEncoder(definition);
}
