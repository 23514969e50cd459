namespace ReflectionCoder.Checkpointing;

/// <summary>
/// A checkpoint could not be written, found or read, or belongs to a run with other options or other data; or the output directory can't be
/// used for the run. Files that were there before are intact.
/// </summary>
public sealed class CheckpointException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">The cause, if any.</param>
    public CheckpointException(string message, Exception? innerException = null)
        : base(message, innerException) { }

    /// <summary>
    /// The checkpoint's folder, or the output directory where that is meant; empty if neither is known. The default value is empty.
    /// </summary>
    public string Directory { get; init; } = "";

    /// <summary>
    /// Where the run differs from the checkpoint's run: one text for each setting, with its name and both values. Empty if something else
    /// is wrong. The default value is empty.
    /// </summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>
    /// Whether the checkpoint has an older format, which this version doesn't read. It isn't skipped as a broken one would be, because the
    /// run would then start from the beginning and lose it.
    /// </summary>
    internal bool IsOfOlderFormat { get; init; }

    /// <summary>The run has other options or other data than the checkpoint's run.</summary>
    internal static CheckpointException OfAnotherRun(string directory, IReadOnlyList<string> differences) =>
        new($"{directory} belongs to another run: {string.Join("; ", differences)}.") { Directory = directory, Differences = differences };
}
