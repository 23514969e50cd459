namespace ReflectionCoder.Sandbox;

/// <summary>The machine can't isolate, or lacks the language's toolchain; says what is missing.</summary>
public sealed class SandboxUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing and how to get it.</param>
    /// <param name="innerException">The cause, if any.</param>
    public SandboxUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
