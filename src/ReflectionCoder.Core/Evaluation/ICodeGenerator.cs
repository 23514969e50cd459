using System.Runtime.CompilerServices;

namespace ReflectionCoder.Evaluation;

/// <summary>A request for one answer.</summary>
/// <param name="Instruction">The user message, without markers.</param>
/// <param name="AnswerPrefix">
/// The text that the answer must start with, such as <c>```python\n</c>. The default value is empty.
/// </param>
public sealed record CodeRequest(string Instruction, string AnswerPrefix = "")
{
    /// <summary>
    /// Number of the sample in the run. Together with the generator's seed it decides the random numbers of this answer, so that the answer
    /// doesn't depend on the other requests of a batch. The default value is 0.
    /// </summary>
    public long Index { get; init; }
}

/// <summary>The answer to one request of a batch.</summary>
/// <param name="Request">Index of the request in the batch, from 0.</param>
/// <param name="Text">The answer's text after its prefix, without markers.</param>
public sealed record CodeAnswer(int Request, string Text)
{
    /// <summary>Why there is no answer; then <see cref="Text"/> is empty. The default value is null: there is an answer.</summary>
    public string? Error { get; init; }
}

/// <summary>Answers instructions with code, for <see cref="Evaluator"/>. Any model or service may be behind it.</summary>
/// <remarks>
/// Implementations are thread-safe: calls may come from any thread and overlap, and one that can do only one call at a time makes the
/// others wait. A generator belongs to the code that created it; <see cref="Evaluator"/> doesn't dispose it.
/// </remarks>
public interface ICodeGenerator
{
    /// <summary>Writes one answer.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">
    /// The text that the answer must start with, such as <c>```python\n</c>. The default value is empty.
    /// </param>
    /// <param name="cancellationToken">Stops generation.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <returns>The answer's text after <paramref name="answerPrefix"/>, without markers.</returns>
    Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default);

    /// <summary>Writes many answers. Each is returned as soon as it is finished, in any order.</summary>
    /// <param name="requests">The requests to answer.</param>
    /// <param name="cancellationToken">Stops generation.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    /// <returns>
    /// An answer to each request. Leaving the enumeration early stops generation. Unless an implementation overrides this, the answers are
    /// written one after another by <see cref="GenerateAsync"/>.
    /// </returns>
    async IAsyncEnumerable<CodeAnswer> GenerateBatchAsync(
        IReadOnlyList<CodeRequest> requests,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(requests);
        for (int request = 0; request < requests.Count; request++)
        {
            string text = await GenerateAsync(requests[request].Instruction, requests[request].AnswerPrefix, cancellationToken)
                .ConfigureAwait(false);
            yield return new CodeAnswer(request, text);
        }
    }
}
