using System.Text.Json;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Benchmarks;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>Our own tasks in MultiPL-E's format, twenty in each of five languages, each with a right and a wrong solution.</summary>
internal static class MultiPlETasks
{
    public static string[] Languages { get; } = ["cpp", "java", "cs", "js", "sh"];

    public static async Task<IReadOnlyList<MultiPlETask>> ReadAsync(string language)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Evaluation", "Benchmarks", "MultiPlE", language + ".jsonl");
        IReadOnlyList<EvaluationProblem> problems = await EvaluationBenchmarks.MultiPlE.ReadAsync(path);
        return
        [
            .. problems.Zip(
                File.ReadLines(path),
                (problem, line) =>
                {
                    using var record = JsonDocument.Parse(line);
                    return new MultiPlETask(problem, Text(record, "right"), Text(record, "wrong"));
                }
            ),
        ];
    }

    private static string Text(JsonDocument record, string name) => record.RootElement.GetProperty(name).GetString()!;
}

/// <summary>A task with two solutions, which continue its prompt.</summary>
internal sealed record MultiPlETask(EvaluationProblem Problem, string Right, string Wrong);
