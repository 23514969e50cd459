namespace ReflectionCoder.Sandbox;

/// <summary>Bounds of one run.</summary>
public sealed record SandboxLimits
{
    /// <summary>The default limits.</summary>
    public static SandboxLimits Default { get; } = new();

    /// <summary>Longest wall-clock time. The default value is 10 s.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest processor time of a process, in whole seconds rounded up. The default value is 5 s.</summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest address space of a process, in bytes. The default value is 1 GiB.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Most processes and threads at once. The default value is 16.</summary>
    public int Processes { get; init; } = 16;

    /// <summary>Most bytes kept of standard output and of standard error, each. The default value is 64 KiB; the run is stopped at 16 times that.</summary>
    public int OutputBytes { get; init; } = 64 << 10;

    /// <summary>Most resident memory of all its processes together, in bytes, sampled every tenth of a second. The default value is 2 GiB.</summary>
    public long TotalMemoryBytes { get; init; } = 2L << 30;

    /// <summary>Most bytes of its work folder, and of any file in it. The default value is 64 MiB.</summary>
    public long WorkFolderBytes { get; init; } = 64L << 20;

    /// <summary>Most open files of a process. The default value is 256.</summary>
    public int OpenFiles { get; init; } = 256;

    /// <summary>Checks that every limit is positive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is zero or negative; the message names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(WallTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WallTime, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(CpuTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CpuTime, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MemoryBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Processes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(OutputBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TotalMemoryBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WorkFolderBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(OpenFiles, 8);
    }
}
