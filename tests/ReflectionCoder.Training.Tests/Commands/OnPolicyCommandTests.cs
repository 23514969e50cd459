using System.Text.Json;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The OnPolicy sample at its border; programs run without a sandbox, so that it is tried wherever Python is.</summary>
public sealed class OnPolicyCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public OnPolicyCommandTests() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "Programs run on the system's Python.");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_TwoStepsThenOneMore_PrintsALineAStepAndGoesOn()
    {
        WriteModelAndTasks();
        SampleResult result = SampleProcess.Run("OnPolicy", Arguments("--max-steps", "2", "--save-steps", "1"));
        Assert.True(result.ExitCode == 0, result.Errors);
        string[] lines = result.Output.Split('\n');
        Assert.StartsWith("3 tasks, ", lines[0], StringComparison.Ordinal);
        Assert.Matches(
            @"^step 1/2 \| rollouts 4 passed 0 taught 4 cut \d \| divergence \d\.\d{4} \| tokens written \d+ taught \d+ ",
            lines[1]
        );
        Assert.StartsWith("step 2/2 | ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("Trained 2 steps", lines[3], StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(folder["out/metrics.jsonl"]).Length);
        using PretrainedModel trained = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder["out"], Device = "cpu" });

        Directory.Delete(folder["out/checkpoint-2"], recursive: true);
        result = SampleProcess.Run("OnPolicy", Arguments("--max-steps", "2", "--save-steps", "1", "--resume"));
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.StartsWith("step 2/2 | ", result.Output.Split('\n')[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rollouts must be a multiple", "--rollouts", "5")]
    [InlineData("--max-steps must be at least 1", "--max-steps", "0")]
    [InlineData("'kl'", "--divergence", "kl")]
    [InlineData("TeacherDecay", "--teacher-decay", "2")]
    [InlineData("RolloutsPerTask", "--rollouts-per-task", "3")]
    public void Run_WrongUsage_Is2(string says, params string[] arguments)
    {
        WriteModelAndTasks();
        SampleResult result = SampleProcess.Run("OnPolicy", Arguments(arguments));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(says, result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Run_NoTaskOfTheSplit_Fails()
    {
        WriteModelAndTasks();
        SampleResult result = SampleProcess.Run("OnPolicy", Arguments("--split", "held_out"));
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("error: There is no task.", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    private void WriteModelAndTasks()
    {
        using (CausalLanguageModel model = TinyRun.Model())
        {
            PretrainedModel.Save(folder["model"], model, TinyRun.Tokenizer);
        }

        File.WriteAllLines(
            folder["tasks.jsonl"],
            Enumerable
                .Range(0, 3)
                .Select(i =>
                    JsonSerializer.Serialize(
                        new
                        {
                            task_id = $"t/{i}",
                            instruction = $"Write `f{i}(x)` that adds {i}.",
                            entry_point = $"f{i}",
                            solution = $"def f{i}(x): return x + {i}",
                            asserts = Enumerable.Range(0, 3).Select(x => $"assert f{i}({x}) == {x + i}"),
                            split = "train",
                        }
                    )
                )
        );
    }

    /// <summary>The arguments of a short run. Those that are given stand in the place of the same ones here.</summary>
    private string[] Arguments(params string[] further)
    {
        string[] usual =
        [
            .. (string[])["--rollouts", "4", "--rollouts-per-task", "2", "--per-device-train-batch-size", "2"],
            .. (string[])["--max-new-tokens", "6", "--threads", "1", "--device", "cpu"],
        ];
        return
        [
            .. (string[])["--model", folder["model"], "--tasks", folder["tasks.jsonl"], "--output", folder["out"], "--unisolated"],
            .. usual.Chunk(2).Where(pair => !further.Contains(pair[0])).SelectMany(pair => pair),
            .. further,
        ];
    }
}
