using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The Ablate sample on a second domain, which a verifier judges; needs neither a sandbox nor Python.</summary>
public sealed class AblateVerifierTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_OfDerivations_TrainsAndMeasuresByTheVerifier()
    {
        WriteStudy([
            TaskLine("train/0/add"),
            TaskLine("train/1/add+sell"),
            TaskLine("held_out/0/sell+add"),
            TaskLine("held_out/1/add+add+add"),
        ]);
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
                Assert.Equal(["held_out/0/sell+add", "held_out/1/add+add+add"], measured["passed"]!.AsObject().Select(task => task.Key));
                Assert.Equal(["longer", "new_pair"], measured["kinds"]!.AsObject().Select(kind => kind.Key));
            }
        );
        Assert.True((long)rows[2]["training"]!["answer_tokens"]! > 0);
    }

    [Fact]
    public void Run_TasksOfAnotherLanguage_AreRefusedByName()
    {
        WriteStudy([TaskLine("train/0/add"), TaskLine("held_out/0/add+add").Replace("derivation", "python", StringComparison.Ordinal)]);
        SampleResult result = SampleProcess.Run("Ablate", Arguments("arithmetic"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "the task 'held_out/0/add+add' is in the language 'python'; expected 'derivation'",
            result.Errors,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Run_UnknownVerifier_IsWrongUsage()
    {
        SampleResult result = SampleProcess.Run("Ablate", Arguments("geometry"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'geometry' is no verifier; expected python or arithmetic", result.Errors, StringComparison.Ordinal);
    }

    private void WriteStudy(string[] tasks)
    {
        using (CausalLanguageModel model = TinyRun.Model())
        {
            PretrainedModel.Save(folder["model"], model, TinyRun.Tokenizer);
        }

        Directory.CreateDirectory(folder["data"]);
        SequenceWriter.Write(folder["data/reflection.train.jsonl"], Enumerable.Range(0, 6).Select(TinyRun.Reflection));
        SequenceWriter.Write(folder["data/reflection.held_out.jsonl"], Enumerable.Range(6, 3).Select(TinyRun.Reflection));
        SequenceWriter.Write(folder["data/instructions.train.jsonl"], Enumerable.Range(0, 6).Select(TinyRun.Generation));
        File.WriteAllLines(folder["data/tasks.jsonl"], tasks);
    }

    private static string TaskLine(string id) =>
        JsonSerializer.Serialize(
            new
            {
                task_id = id,
                instruction = $"There are 6 eggs. 2 come. How many are there? ({id})",
                language = "derivation",
                entry_point = "answer",
                solution = "answer = 6 + 2",
                asserts = (string[])["given 6, 2", "steps 8", "check answer == 8"],
                split = id.Split('/')[0],
            }
        );

    private string[] Arguments(string verifier) =>
        [
            .. (string[])["--base", folder["model"], "--data", folder["data"], "--output", folder["out"], "--verifier", verifier],
            .. (string[])["--arms", "reflection,on-policy", "--seeds", "7", "--steps", "2", "--batch-size", "2"],
            .. (string[])["--learning-rate", "1e-3", "--max-new-tokens", "6", "--threads", "1", "--device", "cpu"],
        ];
}
