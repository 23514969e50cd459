namespace ReflectionCoder.Construction;

/// <summary>Writes reflection sequences for programming tasks, by a script or with an LLM.</summary>
/// <remarks>
/// Implementations are thread-safe: several sequences may be written at once. The sandbox or client that an author uses belongs to the
/// code that created it, which disposes it. <see cref="TaskRunner"/> helps to write an author: it runs programs with a task's tests, turns
/// the runs into blocks, and checks sequences.
/// </remarks>
public interface IReflectionAuthor
{
    /// <summary>
    /// The author's name and everything that decides what it writes, such as its options, its prompts and its model. Two authors with equal
    /// identities write alike, so that a run can go on with what another one began. Versions of interpreters and compilers are no part of
    /// it (<see cref="Runs.ConstructionOptions.Sandbox"/>).
    /// </summary>
    string Identity { get; }

    /// <summary>Writes one reflection sequence.</summary>
    /// <param name="task">The task.</param>
    /// <param name="variant">
    /// Number of the sequence among those of the task, from 0. A deterministic author writes the same sequence for the same variant.
    /// </param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>
    /// The draft. Its <see cref="ReflectionDraft.Conversation"/> is null if the author found no sequence; else the final code has passed
    /// the task's asserts, or the author's own where the task has none (<see cref="ReflectionDraft.Tests"/>).
    /// </returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <exception cref="Sandbox.SandboxUnavailableException">The sandbox can't run programs.</exception>
    Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default);
}
