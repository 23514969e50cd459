namespace ReflectionCoder.Evaluation;

/// <summary>Answers an instruction in one go. The model behind it is the implementer's affair.</summary>
/// <remarks>
/// Calls may come from any thread and overlap; an implementation that can do one at a time queues them. Whoever made it disposes it, if it is
/// disposable; <see cref="Evaluator"/> doesn't.
/// </remarks>
public interface ICodeGenerator
{
    /// <summary>Writes one answer.</summary>
    /// <param name="instruction">The user message, without markers.</param>
    /// <param name="answerPrefix">What the answer's text block is made to start with, such as <c>```python\n</c>; empty for nothing.</param>
    /// <param name="cancellationToken">Stops generation.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <returns>The answer's text after <paramref name="answerPrefix"/>, without markers.</returns>
    Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default);
}
