namespace ReflectionCoder.Evaluation.Answers;

/// <summary>
/// Extracts the code from an answer that continues a given start of a program, as the paper's evaluation on MultiPL-E does.
/// </summary>
/// <remarks>The code holds the start too. The paper lets the model stop at a code fence; so nothing after one is looked at.</remarks>
public sealed class PaperContinuationExtractor : IAnswerExtractor
{
    // What ends the generation in the paper's evaluation.
    private static readonly string[] Ends = ["```", "<|endofblock|>", "<|endofmessage|>"];

    private readonly string start;
    private readonly string[] stops;
    private readonly string closing;

    /// <summary>Creates the extractor.</summary>
    /// <param name="start">The start of the program, which <see cref="EvaluationProblem.AnswerPrefix"/> ends with.</param>
    /// <param name="stops">One after the other, the answer is cut where the last of each of these texts starts.</param>
    /// <param name="closing">What follows the cut answer. The default value is empty.</param>
    public PaperContinuationExtractor(string start, IReadOnlyList<string> stops, string closing = "")
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(stops);
        ArgumentNullException.ThrowIfNull(closing);
        this.start = start;
        this.stops = [.. stops];
        this.closing = closing;
        Name = string.Join(' ', ["paper continuation", .. this.stops.Append(closing).Select(Quote)]);
    }

    /// <inheritdoc/>
    /// <remarks>The start isn't named: it is a part of the problem's <see cref="EvaluationProblem.AnswerPrefix"/>.</remarks>
    public string Name { get; }

    /// <inheritdoc/>
    public string Extract(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        foreach (string end in Ends)
        {
            int at = answer.IndexOf(end, StringComparison.Ordinal);
            answer = at < 0 ? answer : answer[..at];
        }

        foreach (string stop in stops)
        {
            int at = answer.LastIndexOf(stop, StringComparison.Ordinal);
            answer = at < 0 ? answer : answer[..at];
        }

        return start + answer + closing;
    }

    private static string Quote(string text) => $"'{text.Replace("\n", "\\n", StringComparison.Ordinal)}'";
}
