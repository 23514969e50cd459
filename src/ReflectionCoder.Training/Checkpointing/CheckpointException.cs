namespace ReflectionCoder.Checkpointing;

/// <summary>
/// A checkpoint could not be written, found or read, or belongs to a run with other options or other data. What lay there before is intact.
/// </summary>
public sealed class CheckpointException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if any.</param>
    public CheckpointException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    /// <summary>The checkpoint's folder; empty where there is none.</summary>
    public string Directory { get; init; } = "";

    /// <summary>What the run that is to go on has otherwise than the checkpoint's, by name; empty where something else is wrong.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>
    /// Whether the checkpoint is one of an older version, which this one doesn't read: the run must not begin anew over it.
    /// </summary>
    internal bool IsOfOlderFormat { get; init; }

    /// <summary>A checkpoint that can't be gone on from with these options, or this data.</summary>
    internal static CheckpointException OfAnotherRun(string directory, IReadOnlyList<string> differences) =>
        new($"{directory} belongs to another run: {string.Join("; ", differences)}.") { Directory = directory, Differences = differences };
}
