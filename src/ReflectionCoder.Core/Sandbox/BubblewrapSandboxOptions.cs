using ReflectionCoder.Configuration;

namespace ReflectionCoder.Sandbox;

/// <summary>Options of a <see cref="BubblewrapSandbox"/>.</summary>
public sealed record BubblewrapSandboxOptions : IValidatedOptions
{
    /// <summary>
    /// The largest number of programs that run at once, at least 1. Further calls wait; the time they wait doesn't count for any limit. The
    /// default value is the number of processors.
    /// </summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// The user and group id that bubblewrap runs as if the calling process is root; at least 1. If bubblewrap ran as root, a program could
    /// open kernel settings for writing. The default value is 65534 (<c>nobody</c>).
    /// </summary>
    public int UnprivilegedId { get; set; } = 65534;

    /// <summary>
    /// How often a run is started again if the system failed and not the program (no free process, no memory); at least 0. The pauses
    /// between the attempts get longer. The default value is 4.
    /// </summary>
    public int MaxRetries { get; set; } = 4;

    /// <summary>Finds the options that are out of range. The sandbox's constructor calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxConcurrency >= 1, MaxConcurrency, "at least 1")
            .Require(UnprivilegedId >= 1, UnprivilegedId, "at least 1: never root")
            .Require(MaxRetries >= 0, MaxRetries, "at least 0")
            .Found;
}
