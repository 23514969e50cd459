namespace ReflectionCoder.Sandbox.Languages;

/// <summary>C++20 with GCC.</summary>
internal static class CppLanguage
{
    public static SandboxLanguage Create() =>
        new()
        {
            Name = "cpp",
            Aliases = ["c++", "cxx", "cc"],
            SourceFile = "solution.cpp",
            Tools = ["g++"],
            Install = "apt-get install g++",
            Compile = _ => ["g++", "-std=gnu++20", "-O2", "-pthread", "-o", "solution", "solution.cpp"],
            Run = _ => ["./solution"],
            UsesEpoll = false,
        };
}
