namespace ReflectionCoder.Sandbox;

/// <summary>How a language's programs are run.</summary>
/// <param name="Name">Its name in <see cref="SandboxProgram.Language"/>.</param>
/// <param name="FileName">What the program's file is called.</param>
/// <param name="Interpreter">Full path of the interpreter inside the sandbox.</param>
/// <param name="Arguments">What stands between the interpreter and the file name.</param>
/// <param name="Environment">Variables it runs with, besides the sandbox's own.</param>
/// <param name="Package">What to install when the interpreter is missing.</param>
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
    /// <c>-I</c> would ignore PYTHONHASHSEED, and an unfixed seed makes the order of sets differ from run to run.
    /// What else <c>-I</c> does is had from -s, PYTHONSAFEPATH and an environment that holds nothing of the host's.
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
                // One thread each, or importing numpy on a machine of many cores hits the process limit.
                ["OPENBLAS_NUM_THREADS"] = "1",
                ["OMP_NUM_THREADS"] = "1",
            },
            "python3"
        );

    /// <summary>Finds a language.</summary>
    /// <exception cref="SandboxUnavailableException">It isn't built in.</exception>
    public static SandboxLanguage Get(string name) =>
        string.Equals(name, Python.Name, StringComparison.OrdinalIgnoreCase)
            ? Python
            : throw new SandboxUnavailableException($"The sandbox runs no '{name}' programs; it runs '{Python.Name}'.");
}
