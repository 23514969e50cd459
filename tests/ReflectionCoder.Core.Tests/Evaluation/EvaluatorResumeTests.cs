using System.Runtime.CompilerServices;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Evaluation;

/// <summary>Results files and scheduling, with a sandbox that only pretends.</summary>
public sealed class EvaluatorResumeTests : IDisposable
{
    private static readonly EvaluationProblem[] Problems = [.. Enumerable.Range(0, 6).Select(i => EvaluatorTests.Problem($"t/{i}", $"assert f({i})"))];
    private static readonly Completion[] Completions = [.. Problems.SelectMany(p => new[] { new Completion(p.TaskId, 0, "pass"), new Completion(p.TaskId, 1, "fail") })];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evaluator-tests-");

    private string ResultsPath => Path.Combine(_folder.FullName, "new", "results.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

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
        EvaluationReport report = EvaluationReport.Create(Problems, second, [1, 2]);
        Assert.Equal((6, 6, 12, 6), (report.Problems, report.Attempted, report.Completions, report.Passed));
        Assert.Equal(0.5, report.PassAtK[1]);
        Assert.Equal(1, report.PassAtK[2]);
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
        EvaluationProblem[] problems = [.. Problems[..5], Problems[5] with { Test = "assert f(99)" }];
        List<EvaluationResult> results = await new Evaluator(sandbox).EvaluateAsync(problems, changed, ResultsPath).ToListAsync();
        Assert.Equal(3, sandbox.Runs);
        Assert.False(results.Single(result => result is { TaskId: "t/0", Sample: 0 }).Passed);
    }

    [Fact]
    public async Task Evaluate_DamagedFile_NamesTheLine()
    {
        await RunAsync(new ScriptedSandbox(), Completions);
        string[] lines = await File.ReadAllLinesAsync(ResultsPath);
        lines[2] = "{\"task_id\":1}";
        await File.WriteAllLinesAsync(ResultsPath, lines);
        var exception = await Assert.ThrowsAsync<EvaluationFormatException>(() => RunAsync(new ScriptedSandbox(), Completions));
        Assert.Equal((ResultsPath, 3), (exception.Path, exception.Line));
    }

    [Fact]
    public async Task Evaluate_SandboxFails_KeepsWhatWasDoneAndThrows()
    {
        var sandbox = new ScriptedSandbox { FailAfter = 5 };
        var results = new List<EvaluationResult>();
        await Assert.ThrowsAsync<SandboxUnavailableException>(async () =>
        {
            await foreach (EvaluationResult result in new Evaluator(sandbox, new EvaluatorOptions { Jobs = 1 }).EvaluateAsync(Problems, Completions, ResultsPath))
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
        await foreach (EvaluationResult _ in new Evaluator(sandbox, new EvaluatorOptions { Jobs = 2 }).EvaluateAsync(Problems, Completions, ResultsPath))
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
    public void Evaluate_CompletionOfNoProblem_Throws() => Assert.Throws<ArgumentException>(
        () => new Evaluator(new ScriptedSandbox()).EvaluateAsync(Problems, [new Completion("other", 0, "")]));

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

        public Task<string> GenerateAsync(string instruction, string answerPrefix = "", CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("The batch was to be asked for.");

        public async IAsyncEnumerable<CodeAnswer> GenerateBatchAsync(
            IReadOnlyList<CodeRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Asked.AddRange(requests);
            for (int i = requests.Count - 1; i >= 0; i--)
            {
                await Task.Yield();
                yield return new CodeAnswer(i, $"pass {requests[i].Index}");
            }
        }
    }

    /// <summary>Passes programs whose candidate begins with "pass".</summary>
    private sealed class ScriptedSandbox : ICodeSandbox
    {
        private int _runs;

        public int Runs => _runs;

        public int FailAfter { get; init; } = int.MaxValue;

        public bool KnowsSecret { get; init; } = true;

        public TimeSpan Delay { get; init; }

        public async Task<SandboxResult> ExecuteAsync(SandboxProgram program, SandboxLimits? limits = null, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Increment(ref _runs) > FailAfter)
            {
                throw new SandboxUnavailableException("gone");
            }

            await Task.Delay(Delay, cancellationToken);
            string input = program.StandardInput!;
            bool passes = input.Split('\n')[1].StartsWith("pass");
            string secret = KnowsSecret ? input[^32..] : "passed";
            return passes
                ? new SandboxResult(SandboxOutcome.Passed, 0, secret + "\n", "", false, TimeSpan.Zero)
                : new SandboxResult(SandboxOutcome.Failed, 1, "", "Traceback:\nAssertionError\n", false, TimeSpan.Zero);
        }
    }
}
