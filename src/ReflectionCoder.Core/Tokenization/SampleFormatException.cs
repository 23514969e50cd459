namespace ReflectionCoder.Tokenization;

/// <summary>A text can't be encoded, or a sample lacks what training needs.</summary>
public sealed class SampleFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what was expected.</param>
    /// <param name="innerException">The cause, if any.</param>
    public SampleFormatException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
