namespace ReflectionCoder.Tokenization;

/// <summary>
/// A text can't be encoded, or a sample can't be trained: it lacks a message that training needs, has no reflection sequence of whole blocks to mask,
/// carries no label, or a supervised token would fall away when hidden tokens are left out.
/// </summary>
public sealed class SampleFormatException : FormatException
{
    /// <summary>Creates the exception for a text, or for a sample as a whole.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public SampleFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception for a token.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="position">Index of the token in the sample, from 0.</param>
    public SampleFormatException(string message, int position)
        : base(message) => Position = position;

    /// <summary>Index of the offending token in the sample, from 0; null where the whole sample, or a text, is at fault.</summary>
    public int? Position { get; }
}
