namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Cuts the code out of a model's answer. Immutable and thread-safe.</summary>
public interface IAnswerExtractor
{
    /// <summary>
    /// Names the extractor and all that decides what it extracts. A report shows it, and a stored answer is used again only if it is the
    /// same.
    /// </summary>
    string Name { get; }

    /// <summary>Extracts the code.</summary>
    /// <param name="answer">The answer's text after <see cref="EvaluationProblem.AnswerPrefix"/>.</param>
    /// <returns>The code; may be empty.</returns>
    string Extract(string answer);

    /// <summary>Extracts the code that solves a problem. The default is <see cref="Extract(string)"/>.</summary>
    /// <param name="answer">The answer's text after <see cref="EvaluationProblem.AnswerPrefix"/>.</param>
    /// <param name="problem">The problem, whose language and names help to find the code.</param>
    /// <returns>The code; may be empty.</returns>
    string Extract(string answer, EvaluationProblem problem) => Extract(answer);
}
