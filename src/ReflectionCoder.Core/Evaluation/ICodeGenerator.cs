using System.Runtime.CompilerServices;

namespace ReflectionCoder.Evaluation;

/// <summary>An answer that is asked for.</summary>
/// <param name="Instruction">The user message, without markers.</param>
/// <param name="AnswerPrefix">What the answer's text block is made to start with, such as <c>```python\n</c>; empty for nothing.</param>
public sealed record CodeRequest(string Instruction, string AnswerPrefix = "")
{
    /// <summary>
    /// Tells apart the samples of a run: with the generator's seed it decides how this one is drawn, whatever is asked for beside it. The
    /// default value is 0.
    /// </summary>
    public long Index { get; init; }
}

/// <summary>An answer of many.</summary>
/// <param name="Request">Which request it answers, from 0.</param>
/// <param name="Text">The answer's text after its prefix, without markers.</param>
public sealed record CodeAnswer(int Request, string Text)
{
    /// <summary>Why there is no answer; <see cref="Text"/> is empty then. Null, the default, where there is one.</summary>
    public string? Error { get; init; }
}

/// <summary>Answers an instruction in one go. The model behind it is the implementer's affair.</summary>
/// <remarks>
/// Calls may come from any thread and overlap; an implementation that can do one at a time queues them. Whoever made it disposes it, if it
/// is disposable; <see cref="Evaluator"/> doesn't.
/// </remarks>
public interface ICodeGenerator
{
    /// <summary>Writes one answer.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">
    /// What the answer's text block is made to start with, such as <c>```python\n</c>; empty for nothing.
    /// </param>
    /// <param name="cancellationToken">Stops generation.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <returns>The answer's text after <paramref name="answerPrefix"/>, without markers.</returns>
    Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default);

    /// <summary>Writes many answers; each is given as soon as it is finished, in whatever order.</summary>
    /// <param name="requests">What to answer.</param>
    /// <param name="cancellationToken">Stops generation.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <returns>
    /// An answer to each request; leaving the enumeration early stops generation. Unless an implementation does better, one after another.
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
