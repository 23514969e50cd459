namespace ReflectionCoder.Sandbox;

/// <summary>Runs programs that aren't trusted. If a program fails, the result says so; no exception is thrown.</summary>
/// <remarks>Implementations are thread-safe: any number of calls may run at once.</remarks>
public interface ICodeSandbox
{
    /// <summary>Runs a program until it ends or reaches a limit.</summary>
    /// <param name="program">The program.</param>
    /// <param name="limits">Limits of the run; null for <see cref="SandboxLimits.Default"/>.</param>
    /// <param name="cancellationToken">Kills the program.</param>
    /// <returns>How the program ended and what it printed.</returns>
    /// <exception cref="Configuration.InvalidOptionsException">Limits are out of range; all of them are listed.</exception>
    /// <exception cref="SandboxUnavailableException">
    /// The machine lacks something that isolation or the language needs, or programs can't be started.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the program is dead.</exception>
    Task<SandboxResult> ExecuteAsync(SandboxProgram program, SandboxLimits? limits = null, CancellationToken cancellationToken = default);
}
