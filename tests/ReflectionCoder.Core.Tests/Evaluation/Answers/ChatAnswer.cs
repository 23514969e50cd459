using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;

namespace ReflectionCoder.Tests.Evaluation.Answers;

/// <summary>An answer of ChatAnswers.txt: all write an f that doubles.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Problem">The problem that it answers.</param>
/// <param name="Text">The answer.</param>
/// <param name="Code">The code in it.</param>
/// <param name="PaperIsRight">Whether what the paper's extraction gives passes.</param>
public sealed record ChatAnswer(string Name, EvaluationProblem Problem, string Text, string Code, bool PaperIsRight)
{
    public static IReadOnlyList<ChatAnswer> All { get; } = [.. Read()];

    private static IEnumerable<ChatAnswer> Read()
    {
        using Stream stream = typeof(ChatAnswer).Assembly.GetManifestResourceStream("ChatAnswers.txt")!;
        using var reader = new StreamReader(stream);
        foreach (string part in reader.ReadToEnd().Split("@@@ ").Skip(1))
        {
            int end = part.IndexOf('\n');
            int code = part.IndexOf("--- code\n", StringComparison.Ordinal);
            string[] head = [.. part[..end].Split('|').Select(field => field.Trim())];
            string answer = part[(end + 1)..code];
            var problem = new EvaluationProblem
            {
                TaskId = head[0],
                Instruction = "Write f, which doubles.",
                AnswerPrefix = head[2].StartsWith("free", StringComparison.Ordinal) ? "" : "```python\n",
                Tests = new PythonTests
                {
                    ProgramPrefix = head[2] == "body" ? "def f(x):\n" : "",
                    Test = "assert f(3) == 6 and f(1.5) == 3 and f(0) == 0\n" + (head[1].Contains('g') ? "assert g(1) == 2\n" : ""),
                    EntryPoints = head[1].Split(' '),
                },
            };
            yield return new ChatAnswer(
                head[0],
                problem,
                head[2].EndsWith("crlf", StringComparison.Ordinal) ? answer.ReplaceLineEndings("\r\n") : answer,
                part[(code + "--- code\n".Length)..].TrimEnd(),
                head[3] == "right"
            );
        }
    }
}
