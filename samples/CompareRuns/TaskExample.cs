using System.Text;
using ReflectionCoder.Construction;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Reporting;

namespace ReflectionCoder.Samples.CompareRuns;

/// <summary>A task with what each model wrote, and what became of it.</summary>
internal static class TaskExample
{
    /// <summary>
    /// The first task that the last model solves and another one does not; else the first on which they differ, else the first. Empty where
    /// no task was answered by all.
    /// </summary>
    public static string Find(IEnumerable<ProgrammingTask> tasks, IReadOnlyList<EvaluationReport> evaluations)
    {
        Dictionary<string, EvaluationResult>[] results =
        [
            .. evaluations.Select(report => report.Tasks.ToDictionary(task => task.TaskId, task => task.Results[0])),
        ];
        ProgrammingTask[] answered = [.. tasks.Where(task => results.All(one => one.ContainsKey(task.TaskId)))];
        ProgrammingTask? chosen =
            answered.FirstOrDefault(task => results[^1][task.TaskId].Passed && results.Any(one => !one[task.TaskId].Passed))
            ?? answered.FirstOrDefault(task => results.DistinctBy(one => one[task.TaskId].Passed).Count() > 1)
            ?? answered.FirstOrDefault();
        return chosen is null ? "" : Describe(chosen, [.. evaluations.Select((report, i) => (report.Name, results[i][chosen.TaskId]))]);
    }

    private static string Describe(ProgrammingTask task, IReadOnlyList<(string Name, EvaluationResult Result)> answers)
    {
        StringBuilder text = new();
        text.Append('\n').Append("A task: ").Append(task.TaskId).Append('\n').Append(Indented(task.Instruction)).Append('\n');
        foreach ((string name, EvaluationResult result) in answers)
        {
            string verdict = result.Passed ? "passes" : $"{result.Outcome}: {result.Error}".TrimEnd(' ', ':');
            text.Append(name).Append(" (").Append(verdict).Append(")\n").Append(Indented(result.Completion)).Append('\n');
        }

        return text.ToString();
    }

    private static string Indented(string text) => string.Concat(text.TrimEnd('\n').Split('\n').Select(line => $"    {line}\n"));
}
