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
    /// The longest processor time of one process; above 0, at most one day. Rounded up to whole seconds. The default value is 5 s.
    /// </summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest address space of one process, in bytes; at least 1. The default value is 1 GiB.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>The largest number of processes and threads at once; at least 1. The default value is 16.</summary>
    public int Processes { get; init; } = 16;

    /// <summary>
    /// How many bytes are kept of standard output, and as many of standard error; at least 1. What comes after that is dropped, and a
    /// program that prints 16 times as much is stopped. The default value is 64 KiB.
    /// </summary>
    public int OutputBytes { get; init; } = 64 << 10;

    /// <summary>
    /// The largest resident memory of all processes together, in bytes; at least 1. It is measured ten times a second. The default value is
    /// 2 GiB.
    /// </summary>
    public long TotalMemoryBytes { get; init; } = 2L << 30;

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
            .Require(TotalMemoryBytes > 0, TotalMemoryBytes, "at least 1")
            .Require(WorkFolderBytes > 0, WorkFolderBytes, "at least 1")
            .Require(OpenFiles >= 8, OpenFiles, "at least 8")
            .Found;
}
