namespace ReflectionCoder.Construction;

/// <summary>Writes reflection sequences for a programming task: a scripted author, or one backed by an LLM.</summary>
/// <remarks>
/// Thread-safe: many sequences may be under way at once. The sandbox or client that it uses stays with whoever made it.
/// <see cref="TaskRunner"/> runs programs against a task's tests, gives the runs as blocks, and checks what was written.
/// </remarks>
public interface IReflectionAuthor
{
    /// <summary>Writes one reflection sequence.</summary>
    /// <param name="task">The task.</param>
    /// <param name="variant">
    /// Which of the task's sequences, from 0; the same variant gives the same sequence where the author is deterministic.
    /// </param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The sequence, whose final code has passed the task's asserts, and what there is to tell about it; or none.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="Sandbox.SandboxUnavailableException">Programs can't be run.</exception>
    Task<ReflectionDraft> WriteAsync(ProgrammingTask task, int variant, CancellationToken cancellationToken = default);
}
