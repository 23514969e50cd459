namespace ReflectionCoder.Sandbox;

/// <summary>The sandbox can't run programs: isolation doesn't work here, or the interpreter is missing. Says what to do.</summary>
public sealed class SandboxUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing, and how to get it.</param>
    /// <param name="innerException">The cause, if any.</param>
    public SandboxUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    /// <summary>The language that the sandbox doesn't run; null, the default, if it runs none.</summary>
    public string? Language { get; init; }
}
