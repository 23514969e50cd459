using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Samples;

/// <summary>Which Python a sandbox has.</summary>
internal static class PythonVersion
{
    public static async Task<string> FindAsync(ICodeSandbox sandbox, CancellationToken cancellationToken)
    {
        SandboxResult result = await sandbox.ExecuteAsync(
            new SandboxProgram("import platform\nprint(platform.python_version())"),
            cancellationToken: cancellationToken
        );
        return result.Outcome == SandboxOutcome.Passed
            ? result.StandardOutput.Trim()
            : throw new SandboxUnavailableException($"Python could not say its version: {result.Message ?? result.StandardError}");
    }
}
