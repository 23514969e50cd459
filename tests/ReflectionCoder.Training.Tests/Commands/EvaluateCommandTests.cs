using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The Evaluate sample at its border; programs run without a sandbox, so that it is tried wherever Python is.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public EvaluateCommandTests() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "Programs run on the system's Python.");

    private string Output => folder["report.results.jsonl"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void Run_StoppedBySignal_KeepsResultsAndSaysHowToGoOn(string signal, int exitCode)
    {
        SampleProcess.SkipUnlessItTakes(signal);
        WriteProblems(1);
        WriteCompletions(Enumerable.Range(0, 3000).Select(i => $"def f(): return {i}"));
        using SampleProcess process = SampleProcess.Start("Evaluate", Arguments("--completions", folder["completions.jsonl"]));
        process.WaitUntil(() => File.Exists(Output) && new FileInfo(Output).Length > 0);
        process.Signal(signal);
        SampleResult result = process.WaitForResult();
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal($"Stopped. The same command goes on with what {Output} holds.", result.Errors.Split('\n')[^1]);
        Assert.InRange(File.ReadAllLines(Output).Length, 1, 2999);
        Assert.EndsWith("\n", File.ReadAllText(Output));
    }

    [Fact]
    public void Run_IntegerTaskIds_AreTheProblems()
    {
        string problem = JsonSerializer.Serialize(
            new
            {
                task_id = 2,
                text = "Write f.",
                code = "def f(): return 1",
                test_list = new[] { "assert f() == 1" },
            }
        );
        File.WriteAllText(folder["problems.jsonl"], problem);
        File.WriteAllText(folder["completions.jsonl"], JsonSerializer.Serialize(new { task_id = 2, completion = "def f(): return 1" }));
        SampleResult result = SampleProcess.Run("Evaluate", Arguments("--benchmark", "mbpp", "--completions", folder["completions.jsonl"]));
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("100.00 %", result.Output);
        Assert.Contains("\"task_id\":\"Mbpp/2\"", File.ReadAllText(Output));
    }

    /// <summary>Results of one model in the file aren't another's: its answers are asked for, and those of the first once alone.</summary>
    [Fact]
    public void Run_OtherModelOrSampling_IsAskedAnew()
    {
        WriteProblems(2);
        Save("one", 5);
        Save("two", 6);
        string[] first = Run("--model", folder["one"]);
        Assert.Equal(2, first.Length);
        Assert.Equal(first, Run("--model", folder["one"]));
        Assert.Equal(4, Run("--model", folder["two"]).Length);
        Assert.Equal(6, Run("--model", folder["two"], "--max-new-tokens", "5").Length);

        string[] Run(params string[] further)
        {
            string[] arguments = Arguments([.. further, "--device", "cpu", "--threads", "1", "--temperature", "1"]);
            SampleResult result = SampleProcess.Run("Evaluate", arguments);
            Assert.True(result.ExitCode == 0, result.Errors);
            return File.ReadAllLines(Output);
        }

        void Save(string name, long seed)
        {
            using CausalLanguageModel model = CausalLanguageModel.Create(TinyRun.Config with { MaxPositionEmbeddings = 96 }, seed: seed);
            ModelFolder.Save(folder[name], model);
            TinyRun.Tokenizer.Save(folder[name]);
        }
    }

    private string[] Arguments(params string[] further) =>
        [
            "--problems",
            folder["problems.jsonl"],
            "--report",
            folder["report.json"],
            "--unisolated",
            "--workers",
            "2",
            "--timeout",
            "5",
            .. further,
        ];

    private void WriteProblems(int count)
    {
        IEnumerable<string> lines = Enumerable
            .Range(0, count)
            .Select(i =>
                JsonSerializer.Serialize(
                    new
                    {
                        task_id = $"t/{i}",
                        instruction = "Write f.",
                        entry_point = "f",
                        solution = "def f(): return 1",
                        asserts = new[] { "assert f() == 1" },
                        split = "held_out",
                    }
                )
            );
        File.WriteAllLines(folder["problems.jsonl"], lines);
    }

    private void WriteCompletions(IEnumerable<string> codes) =>
        File.WriteAllLines(
            folder["completions.jsonl"],
            codes.Select(completion => JsonSerializer.Serialize(new { task_id = "t/0", completion }))
        );
}
