using System.Globalization;
using ReflectionCoder.Reports;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>The tasks of an evaluation on its page: all of them as a table, and what did not pass with its code and error.</summary>
internal static class TaskBlocks
{
    /// <summary>The most completions that the page shows with their code; the JSON file holds all.</summary>
    private const int MostShown = 1000;

    /// <summary>The most completions of one task that the page shows with their code.</summary>
    private const int MostOfTask = 10;

    /// <summary>One row a task.</summary>
    public static ReportBlock TableOf(EvaluationReport report)
    {
        bool several = report.Tasks.Any(task => task.Results.Count > 1);
        bool hasBase = report.BasePassAtK.Count > 0;
        bool oneProcess = report.OneProcess.Count > 0;
        List<ReportColumn> columns = [new("Task"), new("Result", IsChoice: true)];
        if (several)
        {
            string interval = $"{Words.Level(report.Level)} interval";
            columns.AddRange([new("Passed", IsNumber: true), new("pass@1", IsNumber: true), new(interval, IsNumber: true)]);
        }

        columns.AddRange(hasBase ? [new("Original tests", IsChoice: true)] : []);
        columns.AddRange(oneProcess ? [new("Judge", IsChoice: true)] : []);
        columns.AddRange([new("Seconds", IsNumber: true), new("Error")]);
        HashSet<string> shown = [.. Shown(report).Select(task => task.TaskId)];
        return ReportBlock.Table("Tasks and their results", columns, [.. report.Tasks.Select(RowOf)]);

        IReadOnlyList<ReportCell> RowOf(TaskReport task)
        {
            EvaluationResult? failure = task.Results.FirstOrDefault(result => !result.Passed);
            List<ReportCell> row = [new(task.TaskId, Anchor: shown.Contains(task.TaskId) ? task.TaskId : null), ResultOf(task)];
            if (several)
            {
                row.Add(new ReportCell($"{task.Passed} of {task.Results.Count}", task.Passed));
                row.Add(new ReportCell(Words.Percent(task.PassAt1.Value), task.PassAt1.Value));
                row.Add(new ReportCell(Words.Interval(task.PassAt1), task.PassAt1.Low));
            }

            if (hasBase)
            {
                int passed = task.Results.Count(result => result.BasePassed == true);
                row.Add(
                    passed == task.Results.Count ? "passed"
                    : passed == 0 ? "not passed"
                    : "some passed"
                );
            }

            if (oneProcess)
            {
                row.Add(task.Results.Any(result => result.OneProcess) ? "one process" : "two processes");
            }

            double seconds = task.Results.Sum(result => result.WallSeconds);
            row.Add(new ReportCell(seconds.ToString("0.00", CultureInfo.InvariantCulture), seconds));
            row.Add(failure?.Error ?? "");
            return row;
        }
    }

    /// <summary>What did not pass, each to unfold.</summary>
    public static List<ReportBlock> DetailsOf(EvaluationReport report)
    {
        List<ReportBlock> blocks = [];
        int completions = 0;
        foreach (TaskReport task in Shown(report))
        {
            EvaluationResult[] failures = [.. task.Results.Where(result => !result.Passed)];
            completions += Math.Min(failures.Length, MostOfTask);
            ReportCell result = ResultOf(task);
            string summary = string.Join(" · ", ((string[])[task.TaskId, result.Text, failures[0].Error]).Where(text => text.Length > 0));
            blocks.Add(
                ReportBlock.Detail(
                    summary,
                    task.Results.Count == 1 ? BlocksOf(failures[0]) : [.. SamplesOf(task, failures)],
                    task.TaskId,
                    result.Tone
                )
            );
        }

        int all = report.Tasks.Sum(task => task.Results.Count(result => !result.Passed));
        return all == completions
            ? blocks
            : [ReportBlock.Text($"{Words.Number(completions)} of {Words.Number(all)} are shown; the JSON file holds all."), .. blocks];
    }

    /// <summary>What one completion was and did.</summary>
    public static List<ReportBlock> BlocksOf(EvaluationResult result)
    {
        List<ReportBlock> blocks = [];
        if (result is { Expected: { } expected, Actual: { } actual })
        {
            blocks.Add(ReportBlock.Difference("Where a test failed", expected, actual));
        }
        else if (result is { Expected: not null } or { Actual: not null })
        {
            blocks.Add(ReportBlock.Code(result.Expected is null ? "Actual" : "Expected", result.Expected ?? result.Actual ?? ""));
        }

        if (result.Details.Length > 0 || result.Error.Length > 0)
        {
            blocks.Add(ReportBlock.Code("Error", result.Details.Length > 0 ? result.Details : result.Error));
        }

        blocks.Add(ReportBlock.Code("Code", result.Completion));
        return blocks;
    }

    /// <summary>How a task went, in words that do for a filter.</summary>
    public static ReportCell ResultOf(TaskReport task)
    {
        if (task.Passed == task.Results.Count)
        {
            return new ReportCell("passed", Tone: ReportTone.Good);
        }

        if (task.Passed > 0)
        {
            return new ReportCell("some passed", Tone: ReportTone.Warning);
        }

        string[] words = [.. task.Results.Select(result => OutcomeWords.Of(result.Outcome)).Distinct()];
        return new ReportCell(words.Length == 1 ? words[0] : "none passed", Tone: OutcomeWords.ToneOf(task.Results[0].Outcome));
    }

    private static IEnumerable<ReportBlock> SamplesOf(TaskReport task, EvaluationResult[] failures)
    {
        if (failures.Length > MostOfTask)
        {
            yield return ReportBlock.Text($"The first {MostOfTask} of {failures.Length} completions that did not pass.");
        }

        foreach (EvaluationResult failure in failures.Take(MostOfTask))
        {
            string summary = $"Completion {failure.Sample + 1} of {task.Results.Count} · {OutcomeWords.Of(failure.Outcome)}";
            yield return ReportBlock.Detail(
                failure.Error.Length > 0 ? $"{summary} · {failure.Error}" : summary,
                BlocksOf(failure),
                tone: OutcomeWords.ToneOf(failure.Outcome)
            );
        }
    }

    private static IEnumerable<TaskReport> Shown(EvaluationReport report)
    {
        int completions = 0;
        foreach (TaskReport task in report.Tasks.Where(task => task.Passed < task.Results.Count))
        {
            completions += Math.Min(task.Results.Count - task.Passed, MostOfTask);
            if (completions > MostShown)
            {
                yield break;
            }

            yield return task;
        }
    }
}
