using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.FineTuning;

namespace ReflectionCoder.Tests.Commands;

/// <summary>The CompareRuns sample at its border.</summary>
public sealed class CompareRunsCommandTests : IDisposable
{
    private readonly RunFolder folder = new();

    public CompareRunsCommandTests()
    {
        WriteRun("plain", 4.5);
        WriteRun("distilled=2", 3.25); // a file's name may hold an equals sign
    }

    private string Page => folder["page.html"];

    private string Plain => "plain=" + folder["plain"];

    private string Distilled => "distilled=" + folder["distilled=2"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Run_Tasks_PrintsOneWithItsAnswerAndVerdict()
    {
        await WriteEvaluationAsync();
        string tasks = folder["tasks.jsonl"];
        await File.WriteAllTextAsync(
            tasks,
            """
            {"task_id":"t/0","instruction":"Write f.","entry_point":"f","solution":"def f(x): return x","split":"held_out",
            """.TrimEnd()
                + """
                "asserts":["assert f(1)","assert f(2)","assert f(3)"]}
                """,
            TestContext.Current.CancellationToken
        );
        string[] arguments = ["--runs", Plain, "--output", Page, "--tasks", tasks];
        SampleResult result = SampleProcess.Run("CompareRuns", [.. arguments, "--evaluations", "untrained=" + folder["report.json"]]);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Contains(
            "\nA task: t/0\n    Write f.\n\nuntrained (passes)\n    def f(x): return x\n\nWrote ",
            result.Output,
            StringComparison.Ordinal
        );
        SampleResult refused = SampleProcess.Run("CompareRuns", arguments);
        Assert.Equal((2, "error: --tasks goes with --evaluations. See --help."), (refused.ExitCode, refused.Errors));
    }

    [Fact]
    public async Task Run_RunsAndEvaluations_WritesThePageAndPrintsTheNumbers()
    {
        await WriteEvaluationAsync();
        SampleResult result = SampleProcess.Run(
            "CompareRuns",
            "--runs",
            Plain,
            Distilled,
            "--evaluations",
            "untrained=" + folder["report.json"],
            "--output",
            Page,
            "--title",
            "Two ways to train"
        );
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.Equal(
            $"""
            metric    run        first  at step  last  at step
            eval_nll  plain          7        0   4.5        1
            eval_nll  distilled      7        0  3.25        1
            loss      plain        2.5        1   2.5        1
            loss      distilled    2.5        1   2.5        1

            evaluation  tasks    pass@1                  interval
            untrained       1  100.00 %  20.65 to 100.00 % (95 %)

            Wrote {Page}.
            """,
            result.Output
        );
        string html = await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken);
        Assert.Contains("<h1>Two ways to train</h1>", html, StringComparison.Ordinal);
        Assert.Contains("for plain, distilled\"", html, StringComparison.Ordinal);
        Assert.Contains("100.00 %", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithoutEvaluations_HasNoPassAt1()
    {
        SampleResult result = SampleProcess.Run("CompareRuns", "--runs", Plain, "--output", Page);
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        Assert.DoesNotContain("pass@1", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@1", File.ReadAllText(Page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "takes NAME=FILE, not 'plain'")]
    [InlineData("=plain", "takes NAME=FILE, not '=plain'")]
    [InlineData("plain=", "takes NAME=FILE, not 'plain='")]
    [InlineData("plain=a plain=b", "the name 'plain' twice")]
    [InlineData("plain=/", "'/' is a folder")]
    public void Run_WrongRuns_IsWrongUsage(string runs, string problem)
    {
        SampleResult result = SampleProcess.Run("CompareRuns", ["--runs", .. runs.Split(' '), "--output", Page]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--runs", result.Errors, StringComparison.Ordinal);
        Assert.Contains(problem, result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Page));
    }

    [Fact]
    public void Run_OutputThatIsAnInput_IsWrongUsageAndKeepsIt()
    {
        string before = File.ReadAllText(folder["plain"]);
        SampleResult result = SampleProcess.Run("CompareRuns", "--runs", Plain, "--output", folder["plain"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--output would replace", result.Errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(folder["plain"]));
    }

    [Theory]
    [InlineData("{\"step\":1}\nno\n", "line 2: not JSON")]
    [InlineData("", "holds no step")]
    [InlineData(null, "Could not find file")]
    public void Run_BrokenFile_FailsInOneLine(string? content, string problem)
    {
        if (content is not null)
        {
            File.WriteAllText(folder["broken"], content);
        }

        SampleResult result = SampleProcess.Run("CompareRuns", "--runs", Plain, "broken=" + folder["broken"], "--output", Page);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("error: ", result.Errors, StringComparison.Ordinal);
        Assert.Contains(folder["broken"], result.Errors, StringComparison.Ordinal);
        Assert.Contains(problem, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Errors);
        Assert.False(File.Exists(Page));
    }

    private void WriteRun(string name, double nll) =>
        File.WriteAllLines(
            folder[name],
            ["{\"step\":0,\"eval_nll\":7}", FormattableString.Invariant($"{{\"step\":1,\"loss\":2.5,\"eval_nll\":{nll}}}")]
        );

    private async Task WriteEvaluationAsync()
    {
        EvaluationProblem problem = new()
        {
            TaskId = "t/0",
            Instruction = "Write f.",
            Tests = new PythonTests { Test = "assert f(1)", EntryPoints = ["f"] },
        };
        EvaluationResult passed = new()
        {
            TaskId = problem.TaskId,
            Sample = 0,
            Passed = true,
            Outcome = SandboxOutcome.Passed,
            Error = "",
            Details = "",
            WallSeconds = 0.125,
            Completion = "def f(x): return x",
            Fingerprint = "0123456789abcdef",
        };
        EvaluationReport report = EvaluationReport.Create([problem], [passed], new EvaluationReportOptions { Benchmark = "tasks" });
        await report.WriteAsync(folder["report.json"], TestContext.Current.CancellationToken);
    }
}
