using ReflectionCoder.Sequences;

namespace ReflectionCoder.Evaluation;

/// <summary>Extracts the code from a model's answer, as the paper's evaluation does. Thread-safe.</summary>
/// <remarks>
/// The answer is expected to continue <see cref="EvaluationProblem.AnswerPrefix"/>, which opens a code fence. There is one difference: if
/// an answer has no code fence at all, the paper's script drops its first line, and here the whole answer is code.
/// </remarks>
public static class AnswerExtractor
{
    private const string Fence = "```";

    /// <summary>Texts after which an answer is no longer the solution: the model goes on to test or to explain it.</summary>
    private static readonly string[] DefaultStops = ["\n# Test", "\nif", "\nassert", "\nprint"];

    /// <summary>Everything that decides which code is extracted; a part of the fingerprint of a generated answer.</summary>
    internal static IReadOnlyList<string> Rules { get; } = [.. MarkerText.All, Fence, .. DefaultStops];

    /// <summary>Extracts the code.</summary>
    /// <param name="answer">The answer's text after its prefix.</param>
    /// <param name="stops">
    /// The code ends where the first of these texts begins. Null for the paper's, which are for Python: a line that starts with
    /// <c># Test</c>, <c>if</c>, <c>assert</c> or <c>print</c>.
    /// </param>
    /// <returns>The code without white space around it; may be empty.</returns>
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
