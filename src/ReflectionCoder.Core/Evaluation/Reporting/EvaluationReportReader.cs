using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>Reads a report that <see cref="EvaluationReportWriter"/> wrote.</summary>
internal static class EvaluationReportReader
{
    /// <summary>Reads a report, without its comparison.</summary>
    /// <exception cref="DataFormatException">The document isn't a report, or its counts contradict its tasks.</exception>
    public static EvaluationReport Read(JsonField document)
    {
        double level = document.Number("level");
        if (!NormalDistribution.IsLevel(level))
        {
            throw document.Error("level", $"is {level}; expected a number from 0.5 to 0.9999.");
        }

        TaskReport[] tasks = [.. document.Required("tasks").Items().Select(task => ReadTask(task, level))];
        IReadOnlyList<string> missing = document.Required("missing").Texts();
        int[] k = [.. document.Required("passAtK").Items().Select(estimate => ReadK(estimate, tasks))];
        var report = new EvaluationReport
        {
            Benchmark = document.Text("benchmark"),
            Name = document.Text("name", ""),
            Problems = document.Int("problems"),
            Level = level,
            Extractor = document.Optional("extractor")?.Text(),
            Limits = document.Optional("limits") is { } limits ? ReadLimits(limits) : null,
            PassAtK = TaskReport.Estimate(tasks, k, level, result => result.Passed),
            BasePassAtK = document.Has("basePassed") ? TaskReport.Estimate(tasks, k, level, result => result.BasePassed == true) : [],
            Tasks = tasks,
            Missing = missing,
            Malformed =
            [
                .. document
                    .Required("malformed")
                    .Items()
                    .Select(item => new MalformedLine(item.Required("line").Int(int.MaxValue), item.Text("error"))),
            ],
        };
        Check(document, "total", report.Total);
        Check(document, "passed", report.Passed);
        Check(document, "problems", report.Total + missing.Count);
        return tasks.CountBy(task => task.TaskId).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1 } twice
            ? throw document.Error("tasks", $"hold '{twice.Key}' twice.")
            : report;
    }

    private static int ReadK(JsonField estimate, TaskReport[] tasks)
    {
        int k = estimate.Int("k");
        return k >= 1 && tasks.All(task => task.Results.Count >= k)
            ? k
            : throw estimate.Error("k", $"is {k}; expected at least 1, and at most the number of completions of each task.");
    }

    private static void Check(JsonField document, string field, int counted)
    {
        int stated = document.Int(field);
        if (stated != counted)
        {
            throw document.Error(field, $"is {stated}, but the tasks say {counted}.");
        }
    }

    private static SandboxLimits ReadLimits(JsonField limits) =>
        new()
        {
            CpuTime = Seconds(limits, "processorSeconds"),
            WallTime = Seconds(limits, "wallSeconds"),
            MemoryBytes = Bytes(limits, "memoryBytes"),
            Processes = limits.Int("processes"),
            OutputBytes = limits.Int("outputBytes"),
            WorkFolderBytes = Bytes(limits, "workFolderBytes"),
            OpenFiles = limits.Int("openFiles"),
        };

    private static TimeSpan Seconds(JsonField limits, string name) =>
        limits.Number(name) is >= 0 and <= 86400 and var seconds
            ? TimeSpan.FromSeconds(seconds)
            : throw limits.Required(name).Must("a number of seconds from 0 to a day");

    private static long Bytes(JsonField limits, string name) =>
        limits.Number(name) is >= 0 and <= 1L << 53 and var bytes && double.IsInteger(bytes)
            ? (long)bytes
            : throw limits.Required(name).Must("a number of bytes");

    private static TaskReport ReadTask(JsonField task, double level)
    {
        string id = task.Text("taskId");
        EvaluationResult[] results = [.. task.Required("results").Items().Select(result => EvaluationResultJson.Read(result, id))];
        return results.Length == 0 ? throw task.Error("results", "is empty; expected at least one result.")
            : results.Select(result => result.Sample).Distinct().Count() != results.Length
                ? throw task.Error("results", "hold the same sample twice.")
            : TaskReport.Of(id, results, level);
    }
}
