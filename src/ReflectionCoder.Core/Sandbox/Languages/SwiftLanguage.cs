namespace ReflectionCoder.Sandbox.Languages;

/// <summary>Swift, from the system's package or from swift.org's archive in /opt/swift.</summary>
internal static class SwiftLanguage
{
    private const string Archive = "/opt/swift";

    public static SandboxLanguage Create()
    {
        string inArchive = $"{Archive}/usr/bin/swiftc";
        string compiler = File.Exists(inArchive) ? inArchive : "swiftc";
        return new SandboxLanguage
        {
            Name = "swift",
            SourceFile = "solution.swift",
            Tools = [compiler],
            Install = $"install swiftlang, or unpack an archive of swift.org into {Archive}",
            // What the compiler caches isn't part of the program.
            Compile = _ => [compiler, "-O", "-module-cache-path", "/dev/shm/swift-modules", "-o", "solution", "solution.swift"],
            Run = _ => ["./solution"],
            LimitsAddressSpace = false,
            RuntimeThreads = 8,
            Folders = [Archive],
        };
    }
}
