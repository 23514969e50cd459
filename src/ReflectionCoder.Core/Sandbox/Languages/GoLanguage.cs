namespace ReflectionCoder.Sandbox.Languages;

/// <summary>Go, without modules from elsewhere.</summary>
/// <remarks>
/// Go keeps what it has compiled in a cache. Where the machine has none (GOCACHE isn't set), it lies in the work folder for the time of the
/// compilation. Debian 12's Go brings its standard library compiled, so that takes less than a second; since Go 1.20 it doesn't, and the
/// packages that a program imports are compiled with it.
/// </remarks>
internal static class GoLanguage
{
    private const string Build = "go build -ldflags='-s -w' -o solution solution.go";

    private static readonly string[] ShellCommand =
    [
        "sh",
        "-c",
        $"if [ -n \"$GOCACHE\" ]; then exec {Build}; fi; export GOCACHE=\"$PWD/go-cache\"; {Build}; code=$?; rm -rf go-cache; exit $code",
    ];

    private static readonly string[] WindowsCommand = ["go", "build", "-ldflags=-s -w", "-o", "solution.exe", "solution.go"];

    public static SandboxLanguage Create() =>
        new()
        {
            Name = "go",
            Aliases = ["golang"],
            SourceFile = "solution.go",
            Tools = ["go"],
            Install = "apt-get install golang-go",
            Compile = _ => OperatingSystem.IsWindows() ? WindowsCommand : ShellCommand,
            Run = _ => ["./solution"],
            Environment = new Dictionary<string, string>
            {
                ["GOPROXY"] = "off",
                ["GOSUMDB"] = "off",
                ["GOENV"] = "off",
                ["GOTOOLCHAIN"] = "local",
                ["GOTELEMETRY"] = "off",
                ["GOFLAGS"] = "-p=2",
                ["GOMAXPROCS"] = "2", // a thread for each processor would make the process limit depend on the machine
            },
            LimitsAddressSpace = false,
            RuntimeThreads = 16,
        };
}
