namespace ReflectionCoder.Masking;

/// <summary>A sample's structure leaves unclear what may be hidden.</summary>
public sealed class MaskFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was found and what was expected.</param>
    public MaskFormatException(string message)
        : base(message)
    {
    }
}
