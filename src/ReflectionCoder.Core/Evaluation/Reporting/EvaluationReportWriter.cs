using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>Writes a report as JSON. The fields stand in the order of the code below.</summary>
internal static class EvaluationReportWriter
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a report.</summary>
    public static string Write(EvaluationReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteStartObject();
            json.WriteString("benchmark", report.Benchmark);
            json.WriteString("name", report.Name);
            json.WriteNumber("problems", report.Problems);
            json.WriteNumber("total", report.Total);
            json.WriteNumber("completions", report.Completions);
            json.WriteNumber("passed", report.Passed);
            json.WriteNumber("passAt1", report.PassAt1.Value);
            json.WriteNumber("level", report.Level);
            WriteEstimates(json, "passAtK", report.PassAtK);
            if (report.BasePassed is { } basePassed)
            {
                json.WriteNumber("basePassed", basePassed);
                json.WriteNumber("basePassAt1", report.BasePassAtK[0].Value);
                WriteEstimates(json, "basePassAtK", report.BasePassAtK);
            }

            WriteIds(json, "failing", report.Failing);
            WriteIds(json, "timedOut", report.TimedOut);
            WriteIds(json, "toolchainMissing", report.ToolchainMissing);
            WriteIds(json, "notJudged", report.NotJudged);
            WriteIds(json, "oneProcess", report.OneProcess);
            WriteIds(json, "missing", report.Missing);
            WriteMalformed(json, report.Malformed);
            WriteOutcomes(json, report.CountOutcomes());
            json.WriteString("extractor", report.Extractor);
            WriteLimits(json, report.Limits);
            json.WriteStartArray("tasks");
            foreach (TaskReport task in report.Tasks)
            {
                WriteTask(json, task);
            }

            json.WriteEndArray();
            if (report.Comparison is { } comparison)
            {
                WriteComparison(json, comparison);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static void WriteEstimates(Utf8JsonWriter json, string name, IReadOnlyList<PassEstimate> estimates)
    {
        json.WriteStartArray(name);
        foreach (PassEstimate estimate in estimates)
        {
            json.WriteStartObject();
            json.WriteNumber("k", estimate.K);
            json.WriteNumber("value", estimate.Value);
            json.WriteNumber("low", estimate.Low);
            json.WriteNumber("high", estimate.High);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, IReadOnlyList<string> ids)
    {
        json.WriteStartArray(name);
        foreach (string id in ids)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }

    private static void WriteMalformed(Utf8JsonWriter json, IReadOnlyList<MalformedLine> malformed)
    {
        json.WriteStartArray("malformed");
        foreach (MalformedLine line in malformed)
        {
            json.WriteStartObject();
            json.WriteNumber("line", line.Line);
            json.WriteString("error", line.Error);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOutcomes(Utf8JsonWriter json, IReadOnlyDictionary<SandboxOutcome, int> counts)
    {
        json.WriteStartObject("outcomes");
        foreach (SandboxOutcome outcome in OutcomeWords.All)
        {
            json.WriteNumber(OutcomeWords.KeyOf(outcome), counts.GetValueOrDefault(outcome));
        }

        json.WriteEndObject();
    }

    private static void WriteLimits(Utf8JsonWriter json, SandboxLimits? limits)
    {
        if (limits is null)
        {
            json.WriteNull("limits");
            return;
        }

        json.WriteStartObject("limits");
        json.WriteString("words", OutcomeWords.Of(limits));
        json.WriteNumber("processorSeconds", limits.CpuTime.TotalSeconds);
        json.WriteNumber("wallSeconds", limits.WallTime.TotalSeconds);
        json.WriteNumber("memoryBytes", limits.MemoryBytes);
        json.WriteNumber("processes", limits.Processes);
        json.WriteNumber("outputBytes", limits.OutputBytes);
        json.WriteNumber("workFolderBytes", limits.WorkFolderBytes);
        json.WriteNumber("openFiles", limits.OpenFiles);
        json.WriteEndObject();
    }

    private static void WriteTask(Utf8JsonWriter json, TaskReport task)
    {
        json.WriteStartObject();
        json.WriteString("taskId", task.TaskId);
        json.WriteNumber("samples", task.Results.Count);
        json.WriteNumber("passed", task.Passed);
        json.WriteNumber("passAt1", task.PassAt1.Value);
        if (task.Results.Count > 1)
        {
            json.WriteNumber("low", task.PassAt1.Low);
            json.WriteNumber("high", task.PassAt1.High);
        }

        json.WriteStartArray("results");
        foreach (EvaluationResult result in task.Results)
        {
            EvaluationResultJson.Write(json, result);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteComparison(Utf8JsonWriter json, EvaluationComparison comparison)
    {
        json.WriteStartObject("comparison");
        json.WriteString("first", comparison.First);
        json.WriteString("second", comparison.Second);
        json.WriteNumber("tasks", comparison.Tasks);
        json.WriteNumber("firstPassAt1", comparison.FirstPassAt1);
        json.WriteNumber("secondPassAt1", comparison.SecondPassAt1);
        json.WriteNumber("difference", comparison.Difference);
        json.WriteNumber("low", comparison.Low);
        json.WriteNumber("high", comparison.High);
        json.WriteNumber("level", comparison.Level);
        json.WriteString("test", comparison.OneCompletionATask ? "McNemar, exact, two-sided" : "sign test, exact, two-sided");
        json.WriteNumber("pValue", comparison.PValue);
        WriteIds(json, "onlyFirst", comparison.OnlyFirst);
        WriteIds(json, "onlySecond", comparison.OnlySecond);
        json.WriteStartArray("differing");
        foreach ((TaskReport first, TaskReport second) in comparison.Differing)
        {
            json.WriteStartObject();
            json.WriteString("taskId", first.TaskId);
            json.WriteNumber("first", first.PassAt1.Value);
            json.WriteNumber("second", second.PassAt1.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteIds(json, "leftOut", comparison.LeftOut);
        WriteIds(json, "notes", comparison.Notes);
        json.WriteEndObject();
    }
}
