using System.Text.RegularExpressions;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction.Programs;

/// <summary>Asks a sandbox which interpreter or compiler it has, by programs that print that.</summary>
internal static partial class ToolchainProbe
{
    private static readonly Dictionary<string, string> Programs = new()
    {
        ["python"] = "import platform\nprint(platform.python_implementation(), platform.python_version())",
        ["javascript"] = "console.log('Node.js ' + process.versions.node);",
        ["csharp"] = "Console.WriteLine(System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription);",
        ["go"] = "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\nfunc main() {\n\tfmt.Println(runtime.Version())\n}",
        ["java"] =
            "class Main {\n    public static void main(String[] a) {\n"
            + "        System.out.println(\"Java \" + System.getProperty(\"java.runtime.version\"));\n    }\n}",
        ["php"] = "<?php\necho 'PHP ', PHP_VERSION, \"\\n\";",
        ["ruby"] = "puts RUBY_ENGINE + ' ' + RUBY_ENGINE_VERSION",
        ["bash"] = "echo \"Bash $BASH_VERSION\"",
        ["c"] = "#include <stdio.h>\nint main(void) { puts(\"C \" __VERSION__); return 0; }",
        ["cpp"] = "#include <cstdio>\nint main() { std::puts(\"C++ \" __VERSION__); }",
    };

    /// <summary>Finds a language's version.</summary>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="language">Name of the language.</param>
    /// <param name="cancellationToken">Stops the program.</param>
    /// <returns>
    /// A name and a version, such as "CPython 3.12.3"; null if there is no program for the language, or it didn't run.
    /// </returns>
    /// <exception cref="SandboxUnavailableException">
    /// The sandbox can't run programs, or none of the language (<see cref="SandboxUnavailableException.Language"/>).
    /// </exception>
    public static async Task<string?> FindVersionAsync(ICodeSandbox sandbox, string language, CancellationToken cancellationToken)
    {
        // An empty program shows as well whether there is a toolchain.
        string program = Programs.GetValueOrDefault(language, string.Empty);
        SandboxResult result = await RunAsync(sandbox, program, language, cancellationToken).ConfigureAwait(false);
        if (result.Outcome == SandboxOutcome.ToolchainMissing)
        {
            throw new SandboxUnavailableException($"The sandbox can't run '{language}' programs: {result.Message}") { Language = language };
        }

        string version = result.StandardOutput.Trim();
        if (result.Outcome != SandboxOutcome.Passed || version.Length == 0)
        {
            return null;
        }

        // The runtime doesn't say which compiler wrote the errors in the sequences.
        return
            language == "csharp"
            && CompilerVersion()
                .Match(Printed(await RunAsync(sandbox, "#error version", language, cancellationToken).ConfigureAwait(false)))
                is { Success: true } compiler
            ? $"{version}, compiler {compiler.Groups["version"].Value}"
            : version;
    }

    private static Task<SandboxResult> RunAsync(ICodeSandbox sandbox, string program, string language, CancellationToken token) =>
        sandbox.ExecuteAsync(new SandboxProgram(program, language), limits: null, token);

    private static string Printed(SandboxResult result) => result.StandardOutput + result.StandardError;

    [GeneratedRegex(@"Compiler version: '(?<version>[^' ]+)", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex CompilerVersion();
}
