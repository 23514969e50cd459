namespace ReflectionCoder.Sandbox.Languages;

/// <summary>JavaScript in Node.js.</summary>
internal static class JavaScriptLanguage
{
    /// <summary>
    /// Node.js runs four threads of V8 and two of its own, whatever the number of processors, and four more once a program reads files
    /// asynchronously.
    /// </summary>
    public const int NodeThreads = 12;

    /// <summary>Environment variables of Node.js.</summary>
    public static IReadOnlyDictionary<string, string> NodeEnvironment { get; } =
        new Dictionary<string, string>
        {
            ["UV_THREADPOOL_SIZE"] = "4",
            ["UV_USE_IO_URING"] = "0", // a sandbox's filter of system calls needn't know it
            ["NO_COLOR"] = "1",
        };

    public static SandboxLanguage Create() =>
        new()
        {
            Name = "javascript",
            Aliases = ["js", "node", "nodejs"],
            SourceFile = "solution.js",
            Tools = ["node"],
            Install = "apt-get install nodejs",
            Run = limits => RunFile("solution.js", limits),
            Environment = NodeEnvironment,
            LimitsAddressSpace = false,
            RuntimeThreads = NodeThreads,
        };

    /// <summary>The command line that runs a file.</summary>
    public static IReadOnlyList<string> RunFile(string file, SandboxLimits limits) =>
        ["node", $"--max-old-space-size={RuntimeHeap.Mebibytes(limits)}", file];
}
