namespace ReflectionCoder.Torch;

/// <summary>
/// Torch's native library can't be loaded here. The message says what is missing and what to do; the loader's own words are the inner
/// exception.
/// </summary>
public sealed class TorchUnavailableException : DllNotFoundException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing, and what to do.</param>
    /// <param name="innerException">What the loader said.</param>
    public TorchUnavailableException(string message, Exception innerException)
        : base(message, innerException) { }
}
