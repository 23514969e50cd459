using System.Runtime.CompilerServices;
using ReflectionCoder.Evaluation;

namespace ReflectionCoder.Scoring;

/// <summary>
/// Gives an evaluator answers that are written already. The evaluator asks from threads of the pool, where torch must not run, so the
/// training thread writes all answers first.
/// </summary>
/// <param name="answers">The answers by <see cref="CodeRequest.Index"/>.</param>
internal sealed class WrittenAnswers(IReadOnlyDictionary<long, CodeAnswer> answers) : ICodeGenerator
{
    public Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Answers are found by the index of their request.");

    public async IAsyncEnumerable<CodeAnswer> GenerateBatchAsync(
        IReadOnlyList<CodeRequest> requests,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach ((int number, CodeRequest request) in requests.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return answers[request.Index] with
            {
                Request = number,
            };
        }
    }
}
