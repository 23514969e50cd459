namespace ReflectionCoder.Sandbox.Languages;

/// <summary>C17 with GCC and its extensions, which POSIX functions need.</summary>
internal static class CLanguage
{
    public static SandboxLanguage Create() =>
        new()
        {
            Name = "c",
            SourceFile = "solution.c",
            Tools = ["gcc"],
            Install = "apt-get install gcc libc6-dev",
            Compile = _ => ["gcc", "-std=gnu17", "-O2", "-pthread", "-o", "solution", "solution.c", "-lm"],
            Run = _ => ["./solution"],
            UsesEpoll = false,
        };
}
