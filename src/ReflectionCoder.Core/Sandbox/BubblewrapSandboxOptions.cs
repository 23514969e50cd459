using ReflectionCoder.Configuration;

namespace ReflectionCoder.Sandbox;

/// <summary>How a <see cref="BubblewrapSandbox"/> runs programs.</summary>
public sealed record BubblewrapSandboxOptions : IValidatedOptions
{
    /// <summary>
    /// Most programs at once, at least 1; further calls wait, and waiting counts against no limit. The default value is the number of
    /// processors.
    /// </summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// User and group id that bubblewrap itself runs under when the calling process is root, which it must not be: code inside could then
    /// open kernel settings for writing. At least 1; the default value is 65534 (<c>nobody</c>).
    /// </summary>
    public int UnprivilegedId { get; set; } = 65534;

    /// <summary>
    /// How often a run is started again when the system, not the program, failed (no process, no memory), with growing pauses.
    /// At least 0; the default value is 4.
    /// </summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>Looks for options out of range; whoever takes them does so first.</summary>
    /// <returns>All mistakes; empty where there is none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxConcurrency >= 1, MaxConcurrency, "at least 1")
            .Require(UnprivilegedId >= 1, UnprivilegedId, "at least 1: never root")
            .Require(MaxRetries >= 0, MaxRetries, "at least 0")
            .Found;
}
