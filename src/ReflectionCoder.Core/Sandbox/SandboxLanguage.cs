namespace ReflectionCoder.Sandbox;

/// <summary>How programs of a language are run.</summary>
/// <param name="Name">The language's name in <see cref="SandboxProgram.Language"/>.</param>
/// <param name="FileName">Name of the program's file.</param>
/// <param name="Interpreter">Full path of the interpreter inside the sandbox.</param>
/// <param name="Arguments">Arguments of the interpreter, before the file name.</param>
/// <param name="Environment">Environment variables, besides the sandbox's own.</param>
/// <param name="Package">The package to install if the interpreter is missing.</param>
internal sealed record SandboxLanguage(
    string Name,
    string FileName,
    string Interpreter,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string Package
)
{
    /// <summary>The system's Python.</summary>
    /// <remarks>
    /// Python's <c>-I</c> would ignore PYTHONHASHSEED, and without a fixed seed the order of sets differs from run to run. <c>-s</c>,
    /// PYTHONSAFEPATH and an environment without the host's variables do everything else that <c>-I</c> does.
    /// </remarks>
    public static SandboxLanguage Python { get; } =
        new(
            "python",
            "solution.py",
            "/usr/bin/python3",
            ["-B", "-s"],
            new Dictionary<string, string>
            {
                ["PYTHONHASHSEED"] = "0",
                ["PYTHONSAFEPATH"] = "1",
                // numpy would start a thread for each core when it is imported, and reach the process limit on a large machine.
                ["OPENBLAS_NUM_THREADS"] = "1",
                ["OMP_NUM_THREADS"] = "1",
            },
            "python3"
        );

    /// <summary>Finds a language.</summary>
    /// <exception cref="SandboxUnavailableException">The library doesn't know the language.</exception>
    public static SandboxLanguage Get(string name) =>
        string.Equals(name, Python.Name, StringComparison.OrdinalIgnoreCase)
            ? Python
            : throw new SandboxUnavailableException($"The sandbox runs no '{name}' programs; it runs '{Python.Name}'.");
}
