using ReflectionCoder.Sequences;

namespace ReflectionCoder.Evaluation.Answers;

/// <summary>Extracts the code from a model's answer as the paper's evaluation does.</summary>
/// <remarks>
/// The answer is expected to continue <see cref="EvaluationProblem.AnswerPrefix"/>, which opens a code fence. There is one difference: if
/// an answer has no code fence at all, the paper's script drops its first line, and here the whole answer is code.
/// </remarks>
public sealed class PaperAnswerExtractor : IAnswerExtractor
{
    private const string Fence = "```";

    private static readonly string[] PaperStops = ["\n# Test", "\nif", "\nassert", "\nprint"];

    private readonly string[] stops;

    /// <summary>Creates the extractor.</summary>
    /// <param name="stops">
    /// The code ends where the first of these texts begins. Null for the paper's, which are for Python: a line that starts with
    /// <c># Test</c>, <c>if</c>, <c>assert</c> or <c>print</c>.
    /// </param>
    public PaperAnswerExtractor(IReadOnlyList<string>? stops = null)
    {
        this.stops = [.. stops ?? PaperStops];
        IEnumerable<string> named =
            this.stops.SequenceEqual(PaperStops) ? []
            : this.stops.Length == 0 ? [""]
            : this.stops;
        Name = string.Join(' ', ["paper", .. named.Select(stop => $"'{stop.Replace("\n", "\\n", StringComparison.Ordinal)}'")]);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Extract(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        foreach (string marker in MarkerText.All)
        {
            answer = answer.Replace(marker, "", StringComparison.Ordinal);
        }

        int fences = answer.AsSpan().Count(Fence);
        if (fences % 2 == 1)
        {
            answer = answer[..answer.LastIndexOf(Fence, StringComparison.Ordinal)];
        }
        else if (fences > 0)
        {
            answer = answer[(answer.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length)..];
            answer = answer[(answer.IndexOf('\n') + 1)..];
        }

        foreach (string stop in (IEnumerable<string>)[.. stops, "\n" + Fence])
        {
            int at = answer.IndexOf(stop, StringComparison.Ordinal);
            answer = at < 0 ? answer : answer[..at];
        }

        return answer.Trim();
    }
}
