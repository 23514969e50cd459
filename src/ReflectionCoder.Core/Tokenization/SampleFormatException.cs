namespace ReflectionCoder.Tokenization;

/// <summary>
/// A text can't be encoded, or a sample can't be used for training. For example, the sample lacks a message or has no label, its
/// reflection sequence isn't made of whole blocks, or a token that the student is trained on would be hidden.
/// </summary>
public sealed class SampleFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="position">
    /// Index of the wrong token in the sample, from 0; null if the error belongs to no single token. The default value is null.
    /// </param>
    /// <param name="innerException">The cause, if any.</param>
    public SampleFormatException(string message, int? position = null, Exception? innerException = null)
        : base(message, innerException) => Position = position;

    /// <summary>Index of the wrong token in the sample, from 0; null if the error belongs to no single token.</summary>
    public int? Position { get; }
}
