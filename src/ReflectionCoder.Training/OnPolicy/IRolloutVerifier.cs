using ReflectionCoder.Construction;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.OnPolicy;

/// <summary>
/// Judges what the model wrote, and says what its teacher sees of that: <see cref="OnPolicyDistiller.CreateVerifier"/> runs answers with
/// the tasks' tests in a sandbox; a host may judge otherwise, such as by a compiler, a linter or a service.
/// </summary>
/// <remarks>
/// Thread-safe: a step's answers are verified at the same time. A resumed run gives the bits of one that was never stopped only if equal
/// answers get equal verdicts, their feedback included.
/// </remarks>
public interface IRolloutVerifier
{
    /// <summary>
    /// Says how it judges: its name and every setting that changes a verdict or its feedback. A run is not resumed with a verifier of
    /// another identity. It must be the same in every process, and differ between verifiers that may judge differently.
    /// </summary>
    string Identity { get; }

    /// <summary>Called before a session's first step. An exception refuses the run; nothing was changed by then.</summary>
    /// <param name="tasks">All tasks of the run.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>A task that ends when the verifier is ready. The default does nothing.</returns>
    Task PrepareAsync(IReadOnlyList<ProgrammingTask> tasks, CancellationToken cancellationToken = default) => Task.CompletedTask;

    /// <summary>Judges one answer.</summary>
    /// <param name="task">The task.</param>
    /// <param name="answer">The answer's text, <see cref="OnPolicyOptions.AnswerPrefix"/> included, without markers.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>
    /// The verdict. An answer that fails, in whatever way, is a verdict. An exception ends the run before its next update.
    /// </returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    Task<RolloutVerdict> VerifyAsync(ProgrammingTask task, string answer, CancellationToken cancellationToken = default);
}

/// <summary>What became of an answer.</summary>
/// <param name="Passed">
/// Whether it solves the task; null where that isn't known, because the machine failed and not the answer: it is then not learned from.
/// </param>
/// <param name="Feedback">
/// What the teacher sees: the blocks of an assistant's message, such as a code block with the attempt and an execution block with its
/// output. May be empty; then the teacher knows no more than the student.
/// </param>
public sealed record RolloutVerdict(bool? Passed, IReadOnlyList<Block> Feedback)
{
    /// <summary>Why nothing is known, in a sentence, for the log. The default value is null.</summary>
    public string? Problem { get; init; }
}
