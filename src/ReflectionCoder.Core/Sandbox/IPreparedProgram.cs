namespace ReflectionCoder.Sandbox;

/// <summary>
/// A program that is compiled, if its language needs that, and can run many times. Thread-safe. Dispose frees what is kept.
/// </summary>
public interface IPreparedProgram : IDisposable
{
    /// <summary>
    /// Why the program can't run: its outcome is <see cref="SandboxOutcome.CompileError"/>, <see cref="SandboxOutcome.ToolchainMissing"/>
    /// or <see cref="SandboxOutcome.SandboxFailure"/>. Null if it can. <see cref="RunAsync"/> returns it then.
    /// </summary>
    SandboxResult? Failure { get; }

    /// <summary>Runs the program until it ends or reaches a limit. Runs don't see each other's files.</summary>
    /// <param name="standardInput">Text that the program can read from standard input. The default value is null: none.</param>
    /// <param name="limits">Limits of the run; null for <see cref="SandboxLimits.Default"/>.</param>
    /// <param name="cancellationToken">Kills the program.</param>
    /// <returns>How the program ended and what it printed.</returns>
    /// <exception cref="Configuration.InvalidOptionsException">Limits are out of range; all of them are listed.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the program is dead.</exception>
    Task<SandboxResult> RunAsync(string? standardInput = null, SandboxLimits? limits = null, CancellationToken cancellationToken = default);
}
