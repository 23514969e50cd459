namespace ReflectionCoder.Torch;

/// <summary>
/// Thrown when torch's native library can't be loaded. The message says what is missing and what to do; the inner exception has the
/// loader's own message.
/// </summary>
public sealed class TorchUnavailableException : DllNotFoundException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing, and what to do.</param>
    /// <param name="innerException">The exception of the loader.</param>
    public TorchUnavailableException(string message, Exception innerException)
        : base(message, innerException) { }
}
