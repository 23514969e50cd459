using ReflectionCoder.Sequences;

namespace ReflectionCoder.Evaluation;

/// <summary>Takes the code out of a model's answer, as the paper's evaluation does.</summary>
/// <remarks>
/// The answer is expected to go on from <see cref="EvaluationProblem.AnswerPrefix"/>, inside a code fence. One difference: the paper's
/// script drops the first line of an answer that holds no fence at all; here such an answer is code from its start.
/// </remarks>
public static class AnswerExtractor
{
    private const string Fence = "```";

    /// <summary>Where an answer stops being the solution: the model goes on to test or to explain it.</summary>
    private static readonly string[] DefaultStops = ["\n# Test", "\nif", "\nassert", "\nprint"];

    /// <summary>What decides the code that is taken of an answer.</summary>
    internal static IReadOnlyList<string> Rules { get; } = [.. MarkerText.All, Fence, .. DefaultStops];

    /// <summary>Extracts the code.</summary>
    /// <param name="answer">The answer after its prefix.</param>
    /// <param name="stops">Texts at whose first occurrence the code ends; null takes the paper's for Python.</param>
    /// <returns>The code, without white space around it; empty where there is none.</returns>
    public static string Extract(string answer, IReadOnlyList<string>? stops = null)
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

        foreach (string stop in (IEnumerable<string>)[.. stops ?? DefaultStops, "\n" + Fence])
        {
            int at = answer.IndexOf(stop, StringComparison.Ordinal);
            answer = at < 0 ? answer : answer[..at];
        }

        return answer.Trim();
    }
}
