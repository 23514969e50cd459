namespace ReflectionCoder.Sandbox.Languages;

/// <summary>The system's Python.</summary>
/// <remarks>
/// Python's <c>-I</c> would ignore PYTHONHASHSEED, and without a fixed seed the order of sets differs from run to run. <c>-s</c>,
/// PYTHONSAFEPATH and an environment without the host's variables do everything else that <c>-I</c> does.
/// </remarks>
internal static class PythonLanguage
{
    public static SandboxLanguage Create() =>
        new()
        {
            Name = "python",
            Aliases = ["py", "python3"],
            SourceFile = "solution.py",
            Tools = ["python3"],
            Install = "apt-get install python3",
            Run = _ => ["python3", "-B", "-s", "solution.py"],
            Environment = new Dictionary<string, string>
            {
                ["PYTHONHASHSEED"] = "0",
                ["PYTHONSAFEPATH"] = "1",
                ["PYTHONUTF8"] = "1",
                // numpy would start a thread for each core when it is imported, and reach the process limit on a large machine.
                ["OPENBLAS_NUM_THREADS"] = "1",
                ["OMP_NUM_THREADS"] = "1",
            },
            UsesEpoll = false,
        };
}
