using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>
/// The second domain at the samples' border: ReasoningTasks makes the data, a verifier judges. Needs neither a sandbox nor Python.
/// </summary>
public sealed class AblateVerifierTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ablate_OnDerivations_TrainsAndMeasuresByTheVerifier()
    {
        WriteStudy();
        SampleResult result = SampleProcess.Run("Ablate", Arguments("arithmetic"));
        Assert.True(result.ExitCode == 0, result.Errors);
        JsonNode[] rows = [.. File.ReadAllLines(folder["out/results.jsonl"]).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal(["base", "reflection", "on-policy"], rows.Select(row => (string?)row["arm"]));
        Assert.All(
            rows,
            row =>
            {
                Assert.Equal("arithmetic", (string?)row["settings"]!["verifier"]);
                JsonNode measured = row["measured"]!;
                Assert.Equal(10, measured["passed"]!.AsObject().Count);
                Assert.Equal(["longer", "new_pair"], measured["kinds"]!.AsObject().Select(kind => kind.Key));
            }
        );
        Assert.True((long)rows[2]["training"]!["answer_tokens"]! > 0);
    }

    [Fact]
    public void Ablate_TasksOfAnotherLanguage_AreRefusedByName()
    {
        WriteStudy();
        string path = folder["data/tasks.jsonl"];
        string[] lines = File.ReadAllLines(path);
        string id = (string)JsonNode.Parse(lines[3])!["task_id"]!;
        lines[3] = lines[3].Replace("\"derivation\"", "\"python\"", StringComparison.Ordinal);
        File.WriteAllLines(path, lines);
        SampleResult result = SampleProcess.Run("Ablate", Arguments("arithmetic"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"the task '{id}' is in the language 'python'; expected 'derivation'", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Ablate_UnknownVerifier_IsWrongUsage()
    {
        SampleResult result = SampleProcess.Run("Ablate", Arguments("geometry"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'geometry' is no verifier; expected python or arithmetic", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_CountsDerivationsThatHold_AndSaysWhyOthersDoNot()
    {
        WriteStudy();
        JsonNode[] tasks = [.. File.ReadAllLines(folder["data/tasks.jsonl"]).Select(line => JsonNode.Parse(line)!)];
        File.WriteAllLines(
            folder["answers.jsonl"],
            tasks.Select(
                (task, i) =>
                    JsonSerializer.Serialize(
                        new { task_id = (string?)task["task_id"], completion = i == 2 ? "answer = 1 / 0" : (string?)task["solution"] }
                    )
            )
        );
        SampleResult result = SampleProcess.Run(
            "ReasoningTasks",
            ["evaluate", "--tasks", folder["data/tasks.jsonl"], "--completions", folder["answers.jsonl"], "--report", folder["report.json"]]
        );
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("15 of 16 answers to 16 problems hold", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{tasks[2]["task_id"]}: step 1: answer = 1 / 0; ", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(folder["report.html"]));
    }

    private void WriteStudy()
    {
        using (CausalLanguageModel model = TinyRun.Model())
        {
            PretrainedModel.Save(folder["model"], model, TinyRun.Tokenizer);
        }

        SampleResult data = SampleProcess.Run(
            "ReasoningTasks",
            [
                .. (string[])["data", "--output", folder["data"], "--train", "6", "--held-out", "10"],
                .. (string[])["--instructions", "6", "--corpus", "3"],
            ]
        );
        Assert.True(data.ExitCode == 0, data.Errors);
    }

    private string[] Arguments(string verifier) =>
        [
            .. (string[])["--base", folder["model"], "--data", folder["data"], "--output", folder["out"], "--verifier", verifier],
            .. (string[])["--arms", "reflection,on-policy", "--seeds", "7", "--steps", "2", "--batch-size", "2"],
            .. (string[])["--learning-rate", "1e-3", "--max-new-tokens", "6", "--threads", "1", "--device", "cpu"],
        ];
}
