using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>One result in a report's JSON.</summary>
internal static class EvaluationResultJson
{
    /// <summary>Writes a result.</summary>
    public static void Write(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteStartObject();
        json.WriteNumber("sample", result.Sample);
        json.WriteBoolean("passed", result.Passed);
        if (result.BasePassed is { } basePassed)
        {
            json.WriteBoolean("basePassed", basePassed);
        }

        json.WriteString("outcome", OutcomeWords.KeyOf(result.Outcome));
        json.WriteBoolean("oneProcess", result.OneProcess);
        json.WriteString("error", result.Error);
        json.WriteString("details", result.Details);
        if (result.Expected is not null)
        {
            json.WriteString("expected", result.Expected);
        }

        if (result.Actual is not null)
        {
            json.WriteString("actual", result.Actual);
        }

        json.WriteString("code", result.Completion);
        json.WriteNumber("wallSeconds", result.WallSeconds);
        json.WriteString("fingerprint", result.Fingerprint);
        json.WriteEndObject();
    }

    /// <summary>Reads a result of a task.</summary>
    /// <exception cref="DataFormatException">The value isn't a result.</exception>
    public static EvaluationResult Read(JsonField result, string taskId)
    {
        JsonField outcomeField = result.Required("outcome");
        string key = outcomeField.Text();
        SandboxOutcome outcome = OutcomeWords.All.FirstOrDefault(one => OutcomeWords.KeyOf(one) == key, (SandboxOutcome)(-1));
        if ((int)outcome < 0)
        {
            throw outcomeField.Must($"one of {string.Join(", ", OutcomeWords.All.Select(OutcomeWords.KeyOf))}");
        }

        bool passed = result.Required("passed").Bool();
        if (passed != (outcome == SandboxOutcome.Passed))
        {
            throw result.Error("passed", $"is {(passed ? "true" : "false")}, but the outcome is {key}.");
        }

        return new EvaluationResult
        {
            TaskId = taskId,
            Sample = result.Required("sample").Int(int.MaxValue),
            Passed = passed,
            BasePassed = result.Optional("basePassed")?.Bool(),
            OneProcess = result.Bool("oneProcess", otherwise: false),
            Outcome = outcome,
            Error = result.Text("error", ""),
            Details = result.Text("details", ""),
            Expected = result.Optional("expected")?.Text(),
            Actual = result.Optional("actual")?.Text(),
            Completion = result.Text("code"),
            WallSeconds = result.Number("wallSeconds", 0),
            Fingerprint = result.Text("fingerprint", ""),
        };
    }
}
