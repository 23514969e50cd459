using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The FineTune sample's plan: printed, checked, and overruled.</summary>
public sealed class MemoryCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public MemoryCommandTests()
    {
        SequenceWriter.Write(folder["train.jsonl"], Enumerable.Range(0, 8).Select(TinyRun.Reflection));
        File.WriteAllText(folder["config.json"], TinyRun.Config.ToJson());
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Plan_PrintsTheTableAndStops()
    {
        FineTuneResult result = Run("--plan");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.All(
            ["at the peak", "weights", "gradients", "optimizer moments", "activations", "process", "available."],
            part => Assert.Contains(part, result.Output)
        );
        Assert.DoesNotContain("step 1/", result.Output);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Plan_TooLittleMemory_PrintsTheTableAndRefuses()
    {
        FineTuneResult result = Run("--plan", "--memory-limit", "100MB");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("at the peak", result.Output);
        Assert.StartsWith("error: The run needs about", Assert.Single(result.Errors.Split('\n')));
    }

    [Fact]
    public void Run_TooLittleMemory_IsRefusedInTheCommandLinesWordsBeforeAnythingIsWritten()
    {
        File.WriteAllText(
            folder["config.json"],
            (TinyRun.Config with { HiddenSize = 2048, IntermediateSize = 5504, HiddenLayers = 24, HeadDimension = 512 }).ToJson()
        );
        FineTuneResult result = Run("--memory-limit", "16GB", "--per-device-train-batch-size", "2");
        Assert.Equal(1, result.ExitCode);
        string error = Assert.Single(result.Errors.Split('\n'));
        Assert.All(
            ["16.0 GB are available", "--dtype bfloat16", "--no-master-weights", "--no-memory-check"],
            part => Assert.Contains(part, error)
        );
        Assert.DoesNotContain("MasterWeights", error);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public void Run_CheckOff_Trains()
    {
        FineTuneResult result = Run("--memory-limit", "100MB", "--no-memory-check");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("Memory: about", result.Output);
        Assert.Contains("step 1/1", result.Output);
    }

    [Fact]
    public void Run_LimitThatIsNone_IsWrongUsage() => Assert.Equal(2, Run("--memory-limit", "much").ExitCode);

    private FineTuneResult Run(params string[] more) =>
        FineTuneProcess.Run([
            "--init",
            folder["config.json"],
            "--train",
            folder["train.jsonl"],
            "--output",
            folder["out"],
            "--max-steps",
            "1",
            "--gradient-accumulation-steps",
            "1",
            "--device",
            "cpu",
            .. more,
        ]);
}
