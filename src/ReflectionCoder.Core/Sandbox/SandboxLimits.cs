using ReflectionCoder.Configuration;

namespace ReflectionCoder.Sandbox;

/// <summary>Bounds of one run.</summary>
public sealed record SandboxLimits : IValidatedOptions
{
    /// <summary>The default limits.</summary>
    public static SandboxLimits Default { get; } = new();

    /// <summary>Longest wall-clock time, above 0, at most a day. The default value is 10 s.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Longest processor time of a process, above 0, at most a day, in whole seconds rounded up. The default value is 5 s.
    /// </summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest address space of a process, in bytes, at least 1. The default value is 1 GiB.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Most processes and threads at once, at least 1. The default value is 16.</summary>
    public int Processes { get; init; } = 16;

    /// <summary>
    /// Most bytes kept of standard output and of standard error, each, at least 1. The default value is 64 KiB; the run is stopped at 16
    /// times that.
    /// </summary>
    public int OutputBytes { get; init; } = 64 << 10;

    /// <summary>
    /// Most resident memory of all its processes together, in bytes, at least 1, sampled every tenth of a second. The default value is 2
    /// GiB.
    /// </summary>
    public long TotalMemoryBytes { get; init; } = 2L << 30;

    /// <summary>Most bytes of its work folder, and of any file in it, at least 1. The default value is 64 MiB.</summary>
    public long WorkFolderBytes { get; init; } = 64L << 20;

    /// <summary>Most open files of a process, at least 8. The default value is 256.</summary>
    public int OpenFiles { get; init; } = 256;

    /// <summary>Looks for options out of range; whoever takes them does so first.</summary>
    /// <returns>All mistakes; empty where there is none.</returns>
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
