namespace ReflectionCoder.Sandbox.Languages;

/// <summary>
/// How programs of a language are compiled and run. Immutable. The known ones are in <see cref="SandboxLanguages"/>; a host adds its own to
/// the options of a sandbox.
/// </summary>
public sealed record SandboxLanguage
{
    /// <summary>The language's name in <see cref="SandboxProgram.Language"/>, such as <c>python</c>. Case doesn't count.</summary>
    public required string Name { get; init; }

    /// <summary>Other names that mean the same language, such as <c>c++</c> for <c>cpp</c>. The default value is none.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Name of the file that holds the program's source, such as <c>solution.py</c>.</summary>
    public required string SourceFile { get; init; }

    /// <summary>
    /// Files that lie beside the source, as name and text; for example a project file. The default value is none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The programs and files that compiling and running need. A name without a slash is looked up in the folders of the sandbox's PATH. If
    /// one is missing, the outcome is <see cref="SandboxOutcome.ToolchainMissing"/>.
    /// </summary>
    public required IReadOnlyList<string> Tools { get; init; }

    /// <summary>What to do if a tool is missing, such as <c>apt-get install golang-go</c>.</summary>
    public required string Install { get; init; }

    /// <summary>
    /// The compiler's command line for the given limits of the compilation: a program, then its arguments. It runs in the work folder,
    /// which holds the source. The files that it leaves there are the compiled program. Null, the default value, if programs aren't
    /// compiled.
    /// </summary>
    public Func<SandboxLimits, IReadOnlyList<string>>? Compile { get; init; }

    /// <summary>
    /// Limits of the compilation. The default value allows 60 s of wall-clock and of processor time, 2 GiB of memory, 64 processes and
    /// threads, 1024 open files, and 256 MiB in the work folder.
    /// </summary>
    public SandboxLimits CompileLimits { get; init; } =
        new()
        {
            WallTime = TimeSpan.FromSeconds(60),
            CpuTime = TimeSpan.FromSeconds(60),
            Processes = 64,
            OpenFiles = 1024,
            WorkFolderBytes = 256L << 20,
        };

    /// <summary>
    /// The program's command line for the given limits of the run: a program, then its arguments. It runs in the work folder.
    /// </summary>
    public required Func<SandboxLimits, IReadOnlyList<string>> Run { get; init; }

    /// <summary>Environment variables of compiler and program, besides the sandbox's own. The default value is none.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether the language's programs reserve little more address space than they use, so that it can be limited too (to twice
    /// <see cref="SandboxLimits.MemoryBytes"/>). False for Node.js, the JVM, .NET and Go, which reserve far more. The default value is
    /// true.
    /// </summary>
    public bool LimitsAddressSpace { get; init; } = true;

    /// <summary>
    /// How many threads the language's runtime starts for itself, such as those of a garbage collector. They are allowed on top of
    /// <see cref="SandboxLimits.Processes"/>. The default value is 0.
    /// </summary>
    public int RuntimeThreads { get; init; }

    /// <summary>
    /// Whether the language's runtime waits for events with epoll. What a program asks epoll to watch is memory of the kernel that is hard
    /// to count, and that all programs have a share of. So languages that do without don't get it. The default value is true.
    /// </summary>
    public bool UsesEpoll { get; init; } = true;

    /// <summary>
    /// Folders outside /usr that the toolchain lies in, as full paths. A sandbox shows them to all programs, read-only. Those that don't
    /// exist are left out. The default value is none.
    /// </summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Whether a name means this language.</summary>
    internal bool IsCalled(string name) =>
        string.Equals(name, Name, StringComparison.OrdinalIgnoreCase)
        || Aliases.Any(alias => string.Equals(name, alias, StringComparison.OrdinalIgnoreCase));
}
