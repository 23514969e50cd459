using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Scoring;

/// <summary>The FineTune sample with problems to solve; programs run without a sandbox, so that it is tried wherever Python is.</summary>
public sealed class FineTuneTasksCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public FineTuneTasksCommandTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "Programs run on the system's Python.");
        SequenceWriter.Write(folder["train.jsonl"], Enumerable.Range(0, 8).Select(TinyRun.Reflection));
        File.WriteAllText(folder["tiny.json"], TinyRun.Config.ToJson());

        File.WriteAllLines(folder["tasks.jsonl"], Enumerable.Range(0, 3).Select(i => Task(i, i < 2 ? "held_out" : "train")));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_Tasks_ShowsTheScoreAndKeepsTheBest()
    {
        FineTuneResult result = Run(
            "--eval-tasks",
            folder["tasks.jsonl"],
            "--eval-tasks-split",
            "held_out",
            "--unisolated",
            "--eval-max-new-tokens",
            "8"
        );
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("pass@1", result.Output);
        Assert.Contains($"Best at step 2, pass@1 0.0000: {Path.Combine(folder["out"], "best")}", result.Output);
        Assert.Equal(2, BestCheckpoint.Find(folder["out"])!.Step);
        JsonNode last = JsonNode.Parse(File.ReadLines(folder["out/metrics.jsonl"]).Last())!;
        Assert.Equal((2, 0), ((int)last["eval_answers"]!, (int)last["eval_not_judged"]!));
    }

    [Theory]
    [InlineData("--eval-max-tasks 3", "--eval-max-tasks goes with --eval-tasks.")]
    [InlineData("--unisolated", "--unisolated goes with --eval-tasks.")]
    [InlineData("--eval-tasks tasks.jsonl --eval-tasks-steps 0", "--eval-tasks-steps is 0; it must be at least 1.")]
    public void Run_WrongArguments_AreNamed(string arguments, string error)
    {
        FineTuneResult result = Run(arguments.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(error, result.Errors);
    }

    private static string Task(int i, string split) =>
        new JsonObject
        {
            ["task_id"] = $"adders/{i}",
            ["instruction"] = $"Write a Python function f{i}.",
            ["entry_point"] = $"f{i}",
            ["solution"] = $"def f{i}(x):\n    return x + {i}",
            ["asserts"] = new JsonArray($"assert f{i}(1) == {1 + i}"),
            ["split"] = split,
        }.ToJsonString();

    private FineTuneResult Run(params string[] more) =>
        FineTuneProcess.Run([
            "--init",
            folder["tiny.json"],
            "--train",
            folder["train.jsonl"],
            "--output",
            folder["out"],
            "--per-device-train-batch-size",
            "2",
            "--gradient-accumulation-steps",
            "2",
            "--max-steps",
            "2",
            "--device",
            "cpu",
            .. more,
        ]);
}
