namespace ReflectionCoder.Sandbox.Languages;

/// <summary>Java in one file, whose public class may have any name.</summary>
/// <remarks>
/// <c>javac</c> wants the file to be called as its public class, and <c>java solution.java</c> runs only the first class. So
/// <c>Compile.java</c> calls the compiler, and finds the class that has a main method. Programs can use org.javatuples where Debian's
/// package of it is installed, because MultiPL-E's programs do.
/// </remarks>
internal static class JavaLanguage
{
    // The number of the JVM's threads depends on the processors that it sees, and so do the pools of parallel streams.
    private static readonly string[] Machine = ["-XX:+UseSerialGC", "-XX:ActiveProcessorCount=2", "-XX:-UsePerfData", "-Xshare:auto"];

    private const string DebianTuples = "/usr/share/java/javatuples.jar";

    /// <summary>The file of org.javatuples; null if it isn't installed.</summary>
    public static string? Tuples { get; } = File.Exists(DebianTuples) ? DebianTuples : null;

    private static string ClassPath => Tuples is null ? "classes" : $"classes{Path.PathSeparator}{Tuples}";

    /// <summary>Whether a program needs org.javatuples.</summary>
    public static bool NeedsTuples(string source) => source.Contains("import org.javatuples.", StringComparison.Ordinal);

    public static SandboxLanguage Create() =>
        new()
        {
            Name = "java",
            SourceFile = "Main.java",
            Files = new Dictionary<string, string> { ["Compile.java"] = LanguageFiles.Read("Compile.java") },
            Tools = ["java", "javac"],
            Install = "apt-get install default-jdk-headless",
            // The optimizing compiler doesn't pay off in the second that javac takes.
            Compile = limits => ["java", .. Machine, "-XX:TieredStopAtLevel=1", Heap(limits), "Compile.java", "Main.java", ClassPath],
            Run = limits => ["java", .. Machine, Heap(limits), "-ea", "-cp", ClassPath, "@main-class"],
            Environment = new Dictionary<string, string> { ["LC_ALL"] = "C.UTF-8" },
            LimitsAddressSpace = false,
            RuntimeThreads = 20,
            Folders = FindFolders(),
        };

    private static string Heap(SandboxLimits limits) => $"-Xmx{RuntimeHeap.Mebibytes(limits)}m";

    // Debian's /usr/bin/java is a link through /etc/alternatives, and the JVM's settings are in /etc/java-17-openjdk.
    private static string[] FindFolders() =>
        OperatingSystem.IsLinux() ? ["/etc/alternatives", .. Directory.GetDirectories("/etc", "java*")] : [];
}
