using ReflectionCoder.Configuration;

namespace ReflectionCoder.Sandbox;

/// <summary>
/// Limits of one run. Immutable. An <see cref="UnisolatedSandbox"/> can't apply all of them.
/// </summary>
public sealed record SandboxLimits : IValidatedOptions
{
    /// <summary>Limits in which every property has its default value.</summary>
    public static SandboxLimits Default { get; } = new();

    /// <summary>The longest wall-clock time; above 0, at most one day. The default value is 10 s.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest processor time of all processes together; above 0, at most one day. It doesn't depend on how loaded the machine is. The
    /// default value is 5 s.
    /// </summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The largest memory that all processes together may hold, in bytes; at least 1. Memory that is only reserved doesn't count. It is
    /// measured twenty times a second, and the largest of each process at its end. The default value is 2 GiB.
    /// </summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <summary>
    /// The largest number of processes and threads at once, besides those of the language's runtime; at least 1. The default value is 64.
    /// </summary>
    public int Processes { get; init; } = 64;

    /// <summary>
    /// How many bytes are kept of standard output, and as many of standard error; at least 1. If there is more, the first and the last half
    /// are kept. A program that prints 16 times as much is stopped. The default value is 64 KiB.
    /// </summary>
    public int OutputBytes { get; init; } = 64 << 10;

    /// <summary>The largest size of the work folder and of each file in it, in bytes; at least 1. The default value is 64 MiB.</summary>
    public long WorkFolderBytes { get; init; } = 64L << 20;

    /// <summary>The largest number of open files of one process; at least 8. The default value is 256.</summary>
    public int OpenFiles { get; init; } = 256;

    /// <summary>Finds the limits that are out of range. A sandbox calls this before it starts anything.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(WallTime > TimeSpan.Zero && WallTime <= TimeSpan.FromDays(1), WallTime, "above 0, at most a day")
            .Require(CpuTime > TimeSpan.Zero && CpuTime <= TimeSpan.FromDays(1), CpuTime, "above 0, at most a day")
            .Require(MemoryBytes > 0, MemoryBytes, "at least 1")
            .Require(Processes > 0, Processes, "at least 1")
            .Require(OutputBytes > 0, OutputBytes, "at least 1")
            .Require(WorkFolderBytes > 0, WorkFolderBytes, "at least 1")
            .Require(OpenFiles >= 8, OpenFiles, "at least 8")
            .Found;
}
