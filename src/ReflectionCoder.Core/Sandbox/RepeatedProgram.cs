namespace ReflectionCoder.Sandbox;

/// <summary>A program of a sandbox that can't keep compiled programs: every run compiles it again.</summary>
internal sealed class RepeatedProgram(ICodeSandbox sandbox, SandboxProgram program) : IPreparedProgram
{
    public SandboxResult? Failure => null;

    public Task<SandboxResult> RunAsync(
        string? standardInput = null,
        SandboxLimits? limits = null,
        CancellationToken cancellationToken = default
    ) => sandbox.ExecuteAsync(program with { StandardInput = standardInput }, limits, cancellationToken);

    public void Dispose() { }
}
