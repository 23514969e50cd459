namespace ReflectionCoder.Tokenization;

/// <summary>
/// A text can't be encoded, or a sample can't be trained: it lacks a message that training needs, has no reflection sequence of whole
/// blocks to mask, carries no label, or a supervised token would fall away when hidden tokens are left out.
/// </summary>
public sealed class SampleFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="position">
    /// Index of the offending token in the sample, from 0; null, the default, where the whole sample, or a text, is at fault.
    /// </param>
    /// <param name="innerException">The cause, if any.</param>
    public SampleFormatException(string message, int? position = null, Exception? innerException = null)
        : base(message, innerException) => Position = position;

    /// <summary>Index of the offending token in the sample, from 0; null where the whole sample, or a text, is at fault.</summary>
    public int? Position { get; }
}
