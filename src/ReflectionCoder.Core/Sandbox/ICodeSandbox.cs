namespace ReflectionCoder.Sandbox;

/// <summary>
/// Runs programs that aren't trusted. If a program fails, or the sandbox does, the result says so; no exception is thrown.
/// </summary>
/// <remarks>Implementations are thread-safe: any number of calls may run at once.</remarks>
public interface ICodeSandbox
{
    /// <summary>Compiles a program, if its language needs that, and runs it until it ends or reaches a limit.</summary>
    /// <param name="program">The program.</param>
    /// <param name="limits">
    /// Limits of the run; null for <see cref="SandboxLimits.Default"/>. The compilation has its own
    /// (<see cref="Languages.SandboxLanguage.CompileLimits"/>).
    /// </param>
    /// <param name="cancellationToken">Kills the program.</param>
    /// <returns>How the program ended and what it printed.</returns>
    /// <exception cref="Configuration.InvalidOptionsException">Limits are out of range; all of them are listed.</exception>
    /// <exception cref="SandboxUnavailableException">
    /// This machine can't isolate programs, or the sandbox doesn't know the language. The message says what to do.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the program is dead.</exception>
    Task<SandboxResult> ExecuteAsync(SandboxProgram program, SandboxLimits? limits = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Compiles a program, if its language needs that, so that it can run many times. A sandbox that doesn't implement this compiles at
    /// every run.
    /// </summary>
    /// <param name="program">The program. Its standard input isn't used; each run gets its own.</param>
    /// <param name="compileLimits">
    /// Limits of the compilation; null for <see cref="Languages.SandboxLanguage.CompileLimits"/>. The compiler's runtime threads are
    /// allowed on top.
    /// </param>
    /// <param name="cancellationToken">Kills the compiler.</param>
    /// <returns>The program. If it can't be compiled, <see cref="IPreparedProgram.Failure"/> says why.</returns>
    /// <exception cref="Configuration.InvalidOptionsException">Limits are out of range; all of them are listed.</exception>
    /// <exception cref="SandboxUnavailableException">
    /// This machine can't isolate programs, or the sandbox doesn't know the language. The message says what to do.
    /// </exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the compiler is dead.</exception>
    Task<IPreparedProgram> PrepareAsync(
        SandboxProgram program,
        SandboxLimits? compileLimits = null,
        CancellationToken cancellationToken = default
    ) => Task.FromResult<IPreparedProgram>(new RepeatedProgram(this, program));
}
