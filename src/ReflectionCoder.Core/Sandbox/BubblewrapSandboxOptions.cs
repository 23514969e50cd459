namespace ReflectionCoder.Sandbox;

/// <summary>How a <see cref="BubblewrapSandbox"/> runs programs.</summary>
public sealed record BubblewrapSandboxOptions
{
    /// <summary>Most programs at once; further calls wait, and waiting counts against no limit. The default value is the number of processors.</summary>
    public int MaxConcurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// User and group id that bubblewrap itself runs under when the calling process is root, which it must not be: code inside could then
    /// open kernel settings for writing. The default value is 65534 (<c>nobody</c>).
    /// </summary>
    public int UnprivilegedId { get; init; } = 65534;

    /// <summary>
    /// How often a run is started again when the system, not the program, failed (no process, no memory), with growing pauses.
    /// The default value is 4.
    /// </summary>
    public int MaxRetries { get; init; } = 4;
}
