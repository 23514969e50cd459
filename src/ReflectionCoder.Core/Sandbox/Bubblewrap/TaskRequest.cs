using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>A task for the server: what to run, and its limits.</summary>
/// <param name="Id">The task's number.</param>
/// <param name="Fork">Whether to run <paramref name="Source"/> in a copy of the server's interpreter.</param>
/// <param name="Epoll">Whether it may wait for events with epoll.</param>
/// <param name="Source">Name of the program's file.</param>
/// <param name="Argv">The program to execute, as full path, and its arguments.</param>
/// <param name="Environment">Its environment variables.</param>
/// <param name="Limits">Its limits.</param>
internal sealed record TaskRequest(
    long Id,
    bool Fork,
    bool Epoll,
    string Source,
    IReadOnlyList<string> Argv,
    IReadOnlyDictionary<string, string> Environment,
    TaskLimits Limits
);

/// <summary>Limits of a task.</summary>
/// <param name="Memory">Memory of all processes together, in bytes.</param>
/// <param name="AddressSpace">Address space of each process, in bytes; 0 for no limit.</param>
/// <param name="CpuTime">Processor time of all processes together, in seconds.</param>
/// <param name="CpuSeconds">Processor time of each process, in seconds.</param>
/// <param name="Processes">Number of processes and threads, the task's first process among them.</param>
/// <param name="OpenFiles">Number of open files of each process.</param>
/// <param name="WorkFolder">Size of the work folder and of each file, in bytes.</param>
/// <param name="Files">Number of files and folders in the work folder.</param>
internal sealed record TaskLimits(
    long Memory,
    long AddressSpace,
    double CpuTime,
    long CpuSeconds,
    int Processes,
    int OpenFiles,
    long WorkFolder,
    long Files
)
{
    /// <summary>A file needs memory of its own, about 1 KiB, that doesn't count for the size. Hence one file for each page.</summary>
    private const int BytesPerFile = 4096;

    private const int FewestFiles = 1024;

    /// <summary>The limits of a step in a language.</summary>
    public static TaskLimits Of(SandboxLimits limits, SandboxLanguage language) =>
        new(
            limits.MemoryBytes,
            // Only a second line: it lets one huge request fail at once. The sum of what is held is watched.
            language.LimitsAddressSpace
                ? Math.Max(limits.MemoryBytes, checked(2 * Math.Min(limits.MemoryBytes, long.MaxValue / 2)))
                : 0,
            limits.CpuTime.TotalSeconds,
            // The kernel counts whole seconds and ends what the watch has missed.
            (long)Math.Ceiling(limits.CpuTime.TotalSeconds) + 1,
            (int)Math.Min(int.MaxValue, (long)limits.Processes + language.RuntimeThreads + 1),
            limits.OpenFiles,
            limits.WorkFolderBytes,
            Math.Max(FewestFiles, limits.WorkFolderBytes / BytesPerFile)
        );
}
