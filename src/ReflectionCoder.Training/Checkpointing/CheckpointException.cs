namespace ReflectionCoder.Checkpointing;

/// <summary>A checkpoint could not be written, found or read. What lay there before is intact.</summary>
public sealed class CheckpointException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if any.</param>
    public CheckpointException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The checkpoint's folder; empty where there is none.</summary>
    public string Directory { get; init; } = "";
}
