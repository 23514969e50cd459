using ReflectionCoder.Construction;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Ablate.Training;

/// <summary>Judges as another verifier does, and lets the teacher see the task's solution below what came of the attempt.</summary>
internal sealed class SolutionVerifier(IRolloutVerifier verifier) : IRolloutVerifier
{
    public string Identity => $"{verifier.Identity}, solution";

    public Task PrepareAsync(IReadOnlyList<ProgrammingTask> tasks, CancellationToken cancellationToken = default) =>
        verifier.PrepareAsync(tasks, cancellationToken);

    public async Task<RolloutVerdict> VerifyAsync(ProgrammingTask task, string answer, CancellationToken cancellationToken = default)
    {
        RolloutVerdict verdict = await verifier.VerifyAsync(task, answer, cancellationToken);
        return task.Solution is { } solution
            ? verdict with
            {
                Feedback = [.. verdict.Feedback, new Block(BlockType.Code, solution)],
            }
            : verdict;
    }
}
