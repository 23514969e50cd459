namespace ReflectionCoder.Sandbox;

/// <summary>Runs an untrusted program. What the program does wrong is a value, never an exception.</summary>
/// <remarks>Implementations are thread-safe: calls may run side by side.</remarks>
public interface ICodeSandbox
{
    /// <summary>Runs a program to its end or to a limit.</summary>
    /// <param name="program">What to run.</param>
    /// <param name="limits">Bounds of the run; null takes <see cref="SandboxLimits.Default"/>.</param>
    /// <param name="cancellationToken">Kills the program and throws.</param>
    /// <returns>How it ended and what it printed.</returns>
    /// <exception cref="SandboxUnavailableException">The machine lacks what isolation or the language needs.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    Task<SandboxResult> ExecuteAsync(SandboxProgram program, SandboxLimits? limits = null, CancellationToken cancellationToken = default);
}
