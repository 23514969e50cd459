using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The recipes for parts of one's own, run as they stand in samples/Recipes.</summary>
public sealed class RecipesTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("mask-strategy", true, @"step 6: loss [\d.]+, mask rate 1\.00$")]
    [InlineData("loss-term", true, @"step 6: loss [\d.]+ = ce [\d.]+ \+ kl [\d.]+ \+ z [\d.]+$")]
    [InlineData("model", false, @"stopped after step 3[\s\S]+step 6: loss [\d.]+[\s\S]+stops at \d+")]
    [InlineData("family", false, @"step 2: loss [\d.]+\s+saved and loaded: ScaledLlama, logits times 0\.5")]
    public void Recipe_OfAModel_TrainsAndSaves(string name, bool takesConfig, string expected)
    {
        string samples = folder["samples.jsonl"];
        string data = Path.Combine(RepositoryFolder.Path, "samples", "data", "reflection.train.jsonl");
        File.WriteAllLines(samples, File.ReadLines(data).OrderBy(line => line.Length).Take(8));
        string config = folder["tiny.json"];
        File.WriteAllText(config, TinyRun.Config.ToJson());
        string[] arguments = takesConfig ? [name, config, samples, folder["run"]] : [name, samples, folder["run"]];
        SampleResult result = SampleProcess.Run("Recipes", arguments);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Matches(expected, result.Output);
        Assert.True(File.Exists(Path.Combine(folder["run"], "model.safetensors")));
    }

    [Fact]
    public void Author_RealSandbox_WritesWhatThePaperTrainsOn()
    {
        string output = folder["author.jsonl"];
        SampleResult result = SampleProcess.Run("Recipes", "author", output);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.SkipWhen(result.Output.StartsWith("no sandbox", StringComparison.Ordinal), result.Output);
        Conversation[] written = [.. SequenceReader.Read(output)];
        Assert.Equal(2, written.Length);
        Assert.All(
            written,
            one =>
                Assert.Equal(
                    [BlockType.Text, BlockType.Code, BlockType.Execution, BlockType.Text, BlockType.Code, BlockType.Execution],
                    one.Messages[1].Content.Select(block => block.Type)
                )
        );
        Assert.All(written, one => Assert.Contains("Traceback", one.Messages[1].Content[2].Content, StringComparison.Ordinal));
        Assert.All(written, one => Assert.Equal("All tests passed.\n", one.Messages[1].Content[5].Content));
    }

    [Fact]
    public void Language_RealSandbox_RunsAProgram()
    {
        SampleResult result = SampleProcess.Run("Recipes", "language", "3 4", "1 1");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.SkipWhen(result.Output.StartsWith("no sandbox", StringComparison.Ordinal), result.Output);
        Assert.SkipWhen(result.Output.StartsWith("ToolchainMissing", StringComparison.Ordinal), result.Output);
        Assert.Equal(["Passed: 7", "Passed: 2"], result.Output.Trim().Split('\n'));
    }

    [Fact]
    public void Benchmark_RealSandbox_JudgesByItsOwnRule()
    {
        SampleResult result = SampleProcess.Run("Recipes", "benchmark", folder["shell.jsonl"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.SkipWhen(result.Output.StartsWith("no sandbox", StringComparison.Ordinal), result.Output);
        Assert.Equal(["shell/1 Passed", "shell/2 Failed: expected 2, got a"], result.Output.Trim().Split('\n'));
    }

    [Fact]
    public void Run_UnknownName_NamesThoseThatAre()
    {
        SampleResult result = SampleProcess.Run("Recipes", "soup");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("mask-strategy", result.Errors, StringComparison.Ordinal);
    }
}
