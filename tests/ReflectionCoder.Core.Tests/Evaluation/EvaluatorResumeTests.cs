using System.Runtime.CompilerServices;
using System.Text;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Evaluation.Reporting;
using ReflectionCoder.Files;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Evaluation;

/// <summary>Results files and scheduling, with a sandbox that only pretends.</summary>
public sealed class EvaluatorResumeTests : IDisposable
{
    private static readonly EvaluationProblem[] Problems =
    [
        .. Enumerable.Range(0, 6).Select(i => EvaluatorTests.Problem($"t/{i}", $"assert f({i})")),
    ];
    private static readonly Completion[] Completions =
    [
        .. Problems.SelectMany(p => new[] { new Completion(p.TaskId, 0, "pass"), new Completion(p.TaskId, 1, "fail") }),
    ];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("evaluator-tests-");

    private string ResultsPath => Path.Combine(folder.FullName, "new", "results.jsonl");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Evaluate_FinishedFile_RunsNothingAgain()
    {
        var sandbox = new ScriptedSandbox();
        List<EvaluationResult> first = await RunAsync(sandbox, Completions);
        byte[] written = await File.ReadAllBytesAsync(ResultsPath);
        List<EvaluationResult> second = await RunAsync(sandbox, Completions);

        Assert.Equal(12, sandbox.Runs);
        Assert.Equal(Sorted(first), Sorted(second));
        Assert.Equal(written, await File.ReadAllBytesAsync(ResultsPath));
        EvaluationReport report = EvaluationReport.Create(Problems, second, new EvaluationReportOptions { K = [1, 2] });
        Assert.Equal((6, 6, 12, 6), (report.Problems, report.Total, report.Completions, report.Passed));
        Assert.Equal(0.5, report.PassAt1.Value);
        Assert.Equal(1, report.PassAtK[1].Value);
    }

    /// <summary>Two evaluations that append to one file would write over each other's lines.</summary>
    [Fact]
    public async Task Evaluate_FileOfARunningEvaluation_IsRefused()
    {
        await using (IAsyncEnumerator<EvaluationResult> running = Start())
        {
            Assert.True(await running.MoveNextAsync());
            await using IAsyncEnumerator<EvaluationResult> other = Start();
            await Assert.ThrowsAsync<IOException>(async () => await other.MoveNextAsync());
        }

        Assert.Equal(12, (await RunAsync(new ScriptedSandbox(), Completions)).Count);

        IAsyncEnumerator<EvaluationResult> Start() =>
            new Evaluator(new ScriptedSandbox()).EvaluateAsync(Problems, Completions, ResultsPath).GetAsyncEnumerator();
    }

    [Fact]
    public async Task Evaluate_FileCutMidLine_RunsTheCutOneAgain()
    {
        await RunAsync(new ScriptedSandbox(), Completions);
        byte[] written = await File.ReadAllBytesAsync(ResultsPath);
        await File.WriteAllBytesAsync(ResultsPath, written[..^20]);
        var sandbox = new ScriptedSandbox();
        Assert.Equal(12, (await RunAsync(sandbox, Completions)).Count);
        Assert.Equal(1, sandbox.Runs);
        Assert.Equal(12, (await File.ReadAllLinesAsync(ResultsPath)).Length);
    }

    [Fact]
    public async Task Evaluate_ChangedCompletionOrTest_RunsAgain()
    {
        await RunAsync(new ScriptedSandbox(), Completions);
        var sandbox = new ScriptedSandbox();
        Completion[] changed = [Completions[0] with { Code = "fail # changed" }, .. Completions[1..]];
        EvaluationProblem[] problems = [.. Problems[..5], EvaluatorTests.Problem("t/5", "assert f(99)")];
        List<EvaluationResult> results = await new Evaluator(sandbox).EvaluateAsync(problems, changed, ResultsPath).ToListAsync();
        Assert.Equal(3, sandbox.Runs);
        Assert.False(results.Single(result => result is { TaskId: "t/0", Sample: 0 }).Passed);
    }

    /// <summary>Whatever decides a verdict makes another fingerprint; what doesn't, none.</summary>
    [Fact]
    public void Fingerprint_AnythingThatDecidesTheVerdict_IsInIt()
    {
        var problem = new PythonTests
        {
            ProgramPrefix = "import os\n",
            Setup = "import re",
            Test = "assert f(0)",
            EntryPoints = ["f", "g"],
        };
        SandboxLimits limits = problem.DefaultLimits;
        string[] all =
        [
            Of(problem, "pass", limits),
            Of(problem with { ProgramPrefix = "import io\n" }, "pass", limits),
            Of(problem with { Setup = "import io" }, "pass", limits),
            Of(problem with { Test = "assert f(1)" }, "pass", limits),
            Of(problem with { EntryPoints = ["f"] }, "pass", limits),
            Of(problem with { EntryPoints = ["g", "f"] }, "pass", limits),
            Of(problem, "pass ", limits),
            Of(problem with { ProgramPrefix = "", Setup = "import os\nimport re" }, "pass", limits),
            Evaluator.Fingerprint(problem, "pass", limits, typeof(UnisolatedSandbox)),
            Of(problem, "pass", limits with { WallTime = limits.WallTime + TimeSpan.FromSeconds(1) }),
            Of(problem, "pass", limits with { CpuTime = TimeSpan.FromSeconds(11) }),
            Of(problem, "pass", limits with { MemoryBytes = 1 << 30 }),
            Of(problem, "pass", limits with { Processes = 17 }),
            Of(problem, "pass", limits with { OutputBytes = 17 }),
            Of(problem, "pass", limits with { WorkFolderBytes = 17 }),
            Of(problem, "pass", limits with { OpenFiles = 17 }),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(7, typeof(SandboxLimits).GetProperties().Count(property => property.CanWrite)); // those above

        static string Of(PythonTests problem, string code, SandboxLimits limits) =>
            Evaluator.Fingerprint(problem, code, limits, typeof(BubblewrapSandbox));
    }

    [Fact]
    public async Task Evaluate_OtherLimitsOrEntryPoints_RunsAgain()
    {
        await RunAsync(new ScriptedSandbox(), Completions);
        var sandbox = new ScriptedSandbox();
        EvaluationProblem[] problems =
        [
            .. Problems[..5],
            Problems[5] with
            {
                Tests = (PythonTests)Problems[5].Tests with { EntryPoints = ["f", "g"] },
            },
        ];
        await new Evaluator(sandbox).EvaluateAsync(problems, Completions, ResultsPath).ToListAsync();
        Assert.Equal(2, sandbox.Runs);
        var shorter = new Evaluator(sandbox, new EvaluatorOptions { Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(1)) });
        await shorter.EvaluateAsync(problems, Completions, ResultsPath).ToListAsync();
        await shorter.EvaluateAsync(problems, Completions, ResultsPath).ToListAsync();
        Assert.Equal(14, sandbox.Runs);
    }

    /// <summary>A line as it was written when a fingerprint was of code and tests alone.</summary>
    [Fact]
    public async Task Evaluate_FileFromBefore_IsRunAgain()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ResultsPath)!);
        await File.WriteAllTextAsync(
            ResultsPath,
            """
            {"task_id":"t/0","sample":0,"passed":false,"outcome":"failed","error":"","wall_seconds":0,"completion":"pass","fingerprint":"0123456789abcdef"}

            """
        );
        var sandbox = new ScriptedSandbox();
        List<EvaluationResult> results = await RunAsync(sandbox, Completions);
        Assert.Equal(12, sandbox.Runs);
        Assert.True(results.Single(result => result is { TaskId: "t/0", Sample: 0 }).Passed);
        Assert.Equal(13, (await File.ReadAllLinesAsync(ResultsPath)).Length);
        Assert.Equal(Sorted(results), Sorted(await RunAsync(sandbox, Completions)));
        Assert.Equal(12, sandbox.Runs);
    }

    /// <summary>Lines of other versions are no verdicts, and don't keep a file from being continued.</summary>
    [Theory]
    [InlineData("\"outcome\":\"passed\"", "\"outcome\":\"timed_out\"")]
    [InlineData("\"outcome\":\"passed\",", "")]
    [InlineData("\"passed\":true,", "")]
    [InlineData("\"fingerprint\":", "\"hash\":")]
    [InlineData("\"error\":\"\",", "\"new_field\":{},")]
    public async Task Evaluate_LineOfAnotherVersion_IsRunAgain(string text, string other)
    {
        await RunAsync(new ScriptedSandbox(), Completions);
        string[] lines = await File.ReadAllLinesAsync(ResultsPath);
        int at = Array.FindIndex(lines, line => line.Contains(text));
        lines[at] = lines[at].Replace(text, other);
        await File.WriteAllTextAsync(ResultsPath, string.Join('\n', lines) + "\n");
        var sandbox = new ScriptedSandbox();
        Assert.Equal(12, (await RunAsync(sandbox, Completions)).Count);
        Assert.Equal(1, sandbox.Runs);
        Assert.Equal(lines, (await File.ReadAllLinesAsync(ResultsPath))[..12]);
        Assert.Equal(12, (await RunAsync(sandbox, Completions)).Count);
        Assert.Equal(1, sandbox.Runs);
    }

    /// <summary>An old answer isn't taken for one to another question, or another generator's.</summary>
    [Fact]
    public async Task Evaluate_GeneratorIsAskedOtherwiseOrIsAnother_AnswersAgain()
    {
        var options = new EvaluatorOptions { Generator = "a" };
        var generator = new BatchGenerator();
        var sandbox = new ScriptedSandbox();
        await RunAsync(Problems);
        await RunAsync(Problems);
        Assert.Equal(6, generator.Asked.Count);
        await RunAsync([.. Problems[..5], Problems[5] with { AnswerPrefix = "other" }]);
        Assert.Equal(7, generator.Asked.Count);
        await RunAsync([.. Problems[..5], Problems[5] with { Instruction = "other" }]);
        Assert.Equal(8, generator.Asked.Count);
        options.Limits = EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(1));
        await RunAsync([.. Problems[..5], Problems[5] with { Instruction = "other" }]);
        Assert.Equal((8, 12), (generator.Asked.Count, sandbox.Runs));
        options.Generator = "b";
        await RunAsync(Problems);
        await RunAsync(Problems);
        Assert.Equal((14, 12), (generator.Asked.Count, sandbox.Runs)); // the same answers: tested already

        async Task RunAsync(EvaluationProblem[] problems) =>
            Assert.Equal(6, (await new Evaluator(sandbox, options).EvaluateAsync(problems, generator, ResultsPath).ToListAsync()).Count);
    }

    [Fact]
    public async Task Evaluate_AnswerThatCouldNotBeGiven_FailsWithItsReasonAndTheOthersAreTested()
    {
        var sandbox = new ScriptedSandbox();
        var generator = new BatchGenerator { Refuses = 2 };
        List<EvaluationResult> results = await new Evaluator(sandbox).EvaluateAsync(Problems, generator, ResultsPath).ToListAsync();
        EvaluationResult refused = Assert.Single(results, result => !result.Passed);
        Assert.Equal(("t/2", SandboxOutcome.Failed, "too long", ""), (refused.TaskId, refused.Outcome, refused.Error, refused.Completion));
        Assert.Equal(5, sandbox.Runs);
        Assert.Equal(Sorted(results), Sorted(await new Evaluator(sandbox).EvaluateAsync(Problems, generator, ResultsPath).ToListAsync()));
        Assert.Equal((5, 6), (sandbox.Runs, generator.Asked.Count));
    }

    [Theory]
    [InlineData("{\"task_id\":1}")]
    [InlineData("{\"task_id\":\"\u00ff\"}")]
    [InlineData("{\"task_id\":\"\\ud83d\"}")]
    [InlineData("{\"task_id\":\"t/1\",\"outcome\":\"timed_out\"}")]
    [InlineData("{\"task_id\":\"t/1\",\"sample\":\"0\",\"outcome\":\"timed_out\"}")]
    [InlineData("{\"task_id\":\"t/1\",\"sample\":0,\"outcome\":3}")]
    [InlineData("{\"task_id\":\"t/1\",\"sample\":0,\"outcome\":\"timed_out\",\"passed\":\"no\"}")]
    [InlineData("{\"task_id\":\"t/1\",\"sample\":0,\"sample\":0,\"outcome\":\"timed_out\"}")]
    [InlineData("{\"task_id\":\"t/1\",\"sample\":0,\"\\ud83d\":0}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"task_id\":\"t/1\",\"sample\":0")]
    public async Task Evaluate_DamagedFile_NamesTheLine(string line)
    {
        await RunAsync(new ScriptedSandbox(), Completions);
        string[] lines = await File.ReadAllLinesAsync(ResultsPath);
        lines[2] = line;
        await File.WriteAllLinesAsync(ResultsPath, lines, Encoding.Latin1); // in which one of them is no UTF-8
        var exception = await Assert.ThrowsAsync<DataFormatException>(() => RunAsync(new ScriptedSandbox(), Completions));
        Assert.Equal((ResultsPath, 3), (exception.Path, exception.Line));
    }

    [Fact]
    public async Task Evaluate_SandboxFails_KeepsWhatWasDoneAndThrows()
    {
        var sandbox = new ScriptedSandbox { FailAfter = 5 };
        var results = new List<EvaluationResult>();
        await Assert.ThrowsAsync<SandboxUnavailableException>(async () =>
        {
            await foreach (
                EvaluationResult result in new Evaluator(sandbox, new EvaluatorOptions { MaxConcurrency = 1 }).EvaluateAsync(
                    Problems,
                    Completions,
                    ResultsPath
                )
            )
            {
                results.Add(result);
            }
        });
        Assert.Equal(5, results.Count);
        Assert.Equal(5, (await File.ReadAllLinesAsync(ResultsPath)).Length);
    }

    [Fact]
    public async Task Evaluate_ReaderStopsEarly_StopsTheRuns()
    {
        var sandbox = new ScriptedSandbox { Delay = TimeSpan.FromMilliseconds(20) };
        await foreach (
            EvaluationResult _ in new Evaluator(sandbox, new EvaluatorOptions { MaxConcurrency = 2 }).EvaluateAsync(
                Problems,
                Completions,
                ResultsPath
            )
        )
        {
            break;
        }

        int runs = sandbox.Runs;
        Assert.InRange(runs, 1, 6);
        await Task.Delay(100);
        Assert.Equal(runs, sandbox.Runs);
    }

    [Fact]
    public async Task Evaluate_Generator_AnswersOnceAcrossRuns()
    {
        var generator = new ScriptedGenerator();
        var sandbox = new ScriptedSandbox();
        var evaluator = new Evaluator(sandbox, new EvaluatorOptions { SamplesPerTask = 2 });
        List<EvaluationResult> results = await evaluator.EvaluateAsync(Problems, generator, ResultsPath).ToListAsync();
        Assert.Equal(12, results.Count);
        Assert.All(results, result => Assert.Equal("pass", result.Completion));
        await evaluator.EvaluateAsync(Problems, generator, ResultsPath).ToListAsync();
        Assert.Equal((12, 12), (generator.Answers, sandbox.Runs));
    }

    /// <summary>A stopped evaluation and the one that goes on ask for the same samples as one that was never stopped.</summary>
    [Fact]
    public async Task Evaluate_BatchGenerator_IsAskedForWhatIsMissingUnderTheSameIndices()
    {
        var evaluator = new Evaluator(new ScriptedSandbox(), new EvaluatorOptions { SamplesPerTask = 3 });
        var generator = new BatchGenerator();
        List<EvaluationResult> results = await evaluator.EvaluateAsync(Problems, generator, ResultsPath).ToListAsync();
        Assert.Equal(3 * Problems.Length, results.Count);
        Assert.Equal(Enumerable.Range(0, results.Count).Select(i => (long)i), generator.Asked.Select(request => request.Index).Order());
        foreach (EvaluationResult result in results)
        {
            int problem = Array.FindIndex(Problems, one => one.TaskId == result.TaskId);
            Assert.Equal($"pass {(result.Sample * Problems.Length) + problem}", result.Completion);
        }

        string[] lines = await File.ReadAllLinesAsync(ResultsPath);
        await File.WriteAllLinesAsync(ResultsPath, lines[..4]);
        var second = new BatchGenerator();
        List<EvaluationResult> resumed = await evaluator.EvaluateAsync(Problems, second, ResultsPath).ToListAsync();
        Assert.Equal(results.Count - 4, second.Asked.Count);
        Assert.Equal(Sorted(results).Select(result => result.Completion), Sorted(resumed).Select(result => result.Completion));
    }

    [Fact]
    public void Evaluate_CompletionOfNoProblem_Throws() =>
        Assert.Throws<ArgumentException>(() =>
            new Evaluator(new ScriptedSandbox()).EvaluateAsync(Problems, [new Completion("other", 0, "")])
        );

    [Fact]
    public async Task Evaluate_ExitCodeZeroWithoutTheSecret_IsAFailure()
    {
        var sandbox = new ScriptedSandbox { KnowsSecret = false };
        List<EvaluationResult> results = await new Evaluator(sandbox).EvaluateAsync(Problems, Completions).ToListAsync();
        Assert.All(results, result => Assert.Equal((false, SandboxOutcome.Failed), (result.Passed, result.Outcome)));
    }

    private Task<List<EvaluationResult>> RunAsync(ScriptedSandbox sandbox, Completion[] completions) =>
        new Evaluator(sandbox).EvaluateAsync(Problems, completions, ResultsPath).ToListAsync().AsTask();

    private static EvaluationResult[] Sorted(IEnumerable<EvaluationResult> results) =>
        [.. results.OrderBy(result => result.TaskId).ThenBy(result => result.Sample)];

    private sealed class ScriptedGenerator : ICodeGenerator
    {
        public int Answers { get; private set; }

        public Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default)
        {
            Assert.Equal(("Write f.", "```python\n"), (instruction, answerPrefix));
            Answers++;
            return Task.FromResult("pass\n```\nThis works because …");
        }
    }

    /// <summary>Answers a whole batch, the last request first.</summary>
    private sealed class BatchGenerator : ICodeGenerator
    {
        public List<CodeRequest> Asked { get; } = [];

        /// <summary>The request that gets no answer.</summary>
        public int Refuses { get; init; } = -1;

        public Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("The batch was to be asked for.");

        public async IAsyncEnumerable<CodeAnswer> GenerateBatchAsync(
            IReadOnlyList<CodeRequest> requests,
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            Asked.AddRange(requests);
            for (int i = requests.Count - 1; i >= 0; i--)
            {
                await Task.Yield();
                yield return i == Refuses ? new CodeAnswer(i, "") { Error = "too long" } : new CodeAnswer(i, $"pass {requests[i].Index}");
            }
        }
    }

    /// <summary>Passes programs whose candidate begins with "pass".</summary>
    private sealed class ScriptedSandbox : ICodeSandbox
    {
        private int runs;

        public int Runs => runs;

        public int FailAfter { get; init; } = int.MaxValue;

        public bool KnowsSecret { get; init; } = true;

        public TimeSpan Delay { get; init; }

        public async Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        )
        {
            if (Interlocked.Increment(ref runs) > FailAfter)
            {
                throw new SandboxUnavailableException("gone");
            }

            await Task.Delay(Delay, cancellationToken);
            string input = program.StandardInput!;
            bool passes = input.Split('\n')[1].StartsWith("pass");
            string secret = KnowsSecret ? input[^32..] : "passed";
            return passes
                ? new SandboxResult(SandboxOutcome.Passed, 0, secret + " passed\n", "", false, TimeSpan.Zero)
                : new SandboxResult(SandboxOutcome.Failed, 1, "", "Traceback:\nAssertionError\n", false, TimeSpan.Zero);
        }
    }
}
