using System.Diagnostics;
using ReflectionCoder.Evaluation;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sandbox.Languages;
using ReflectionCoder.Tests.Sandbox;
using ReflectionCoder.Tests.Sandbox.Attacks;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>
/// Solutions of our own tasks in MultiPL-E's format. All hundred tasks run with <c>REFLECTIONCODER_STRESS=1 ./test.sh --filter
/// FullyQualifiedName~ProgramTestsTests</c>, in about two minutes; otherwise a few of each language.
/// </summary>
public sealed class ProgramTestsTests(SandboxFixture fixture, ITestOutputHelper output) : IClassFixture<SandboxFixture>
{
    public static TheoryData<string> Languages => [.. MultiPlETasks.Languages];

    [Theory]
    [MemberData(nameof(Languages))]
    public async Task Judge_RightAndWrongSolution_TellsThemApart(string language)
    {
        fixture.SkipIfUnavailable();
        var watch = Stopwatch.StartNew();
        IReadOnlyList<MultiPlETask> tasks = await MultiPlETasks.ReadAsync(language);
        Assert.Equal(20, tasks.Count);
        int count = Stress.IsOn ? tasks.Count : 2;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            async (i, _) =>
            {
                MultiPlETask task = tasks[(i * 7) % tasks.Count];
                Verdict right = await JudgeAsync(task, task.Right);
                Assert.True(right.Passed, $"{task.Problem.TaskId} ({language}): {right}");
                Verdict wrong = await JudgeAsync(task, task.Wrong);
                Assert.True(wrong.Outcome == SandboxOutcome.Failed, $"{task.Problem.TaskId} ({language}): {wrong}");
            }
        );
        output.WriteLine($"{count} tasks in {language}: {watch.Elapsed.TotalSeconds:F1} s");
    }

    [Theory]
    [InlineData("typescript", "function f(x: number): number {\n", "  const y: number = [x + 1].pop(); return y;\n}\n", "  return x;\n}\n")]
    [InlineData("php", "<?php\nfunction f($x) {\n", "    return $x + 1;\n}\n", "    return $x . '1';\n}\n")]
    [InlineData("rust", "fn f(x: isize) -> isize {\n", "    x + 1\n", "    x\n")]
    [InlineData("go", "package f_test\nimport (\"testing\"; \"fmt\")\nfunc f(x int) int {\n", "  return x + 1\n}\n", "  return 2\n}\n")]
    [InlineData("swift", "func f(x: Int) -> Int {\n", "    return x + 1\n", "    return x\n")]
    public async Task Judge_OtherLanguage_TellsRightFromWrong(string language, string prefix, string right, string wrong)
    {
        fixture.SkipIfUnavailable();
        var tests = new ProgramTests
        {
            Language = language,
            ProgramPrefix = prefix,
            Test = language switch
            {
                "typescript" => """
                    declare var require: any;
                    const assert = require('node:assert');

                    function test() {
                      let candidate = f;
                      assert.deepEqual(candidate(1),2);
                      assert.deepEqual(candidate(2),3);
                    }

                    test();
                    """,
                "php" => """
                    function candidate(...$args) {
                        return f(...$args);
                    }

                    function test(): void {
                        if (candidate(1) !== 2) { throw new Exception("Test failed!"); }
                        if (candidate(2) !== 3) { throw new Exception("Test failed!"); }
                    }

                    test();
                    """,
                "rust" => """
                    }

                    fn main() {
                        let candidate = f;
                        assert_eq!(candidate(1), 2);
                        assert_eq!(candidate(2), 3);
                    }

                    """,
                "go" => """
                    func TestF(t *testing.T) {
                      candidate := f
                    	type test struct {
                    		actual   interface{}
                    		expected interface{}
                    	}
                       tests := []test{
                         { actual: candidate(1), expected: 2 },
                         { actual: candidate(2), expected: 3 },
                       }

                    	for i, tc := range tests {
                    		t.Run(fmt.Sprintf("test num % d", i), func(t *testing.T) {
                    			if fmt.Sprintf("%v", tc.actual) != fmt.Sprintf("%v", tc.expected) {
                    				t.Errorf("expected '%s', got '%s'", tc.expected, tc.actual)
                    			}
                    		})
                    	}
                    }

                    """,
                _ => "}\nassert(f(x: 1) == 2)\nassert(f(x: 2) == 3)\n",
            },
        };
        Verdict verdict = await tests.JudgeAsync(right, fixture.Sandbox, tests.DefaultLimits);
        Assert.SkipWhen(verdict.Outcome == SandboxOutcome.ToolchainMissing, verdict.Details);
        Assert.True(verdict.Passed, verdict.ToString());
        verdict = await tests.JudgeAsync(wrong, fixture.Sandbox, tests.DefaultLimits);
        Assert.True(verdict.Outcome == SandboxOutcome.Failed, verdict.ToString());
    }

    [Fact]
    public async Task Judge_WrongSolution_SaysWhatWasExpected()
    {
        MultiPlETask task = (await MultiPlETasks.ReadAsync("js")).Single(task => task.Problem.TaskId == "sign_word");
        Verdict verdict = await JudgeAsync(task, "  return 'positive';\n}\n");
        Assert.Equal(SandboxOutcome.Failed, verdict.Outcome);
        Assert.Equal("Failed test 1 of 5: candidate(-3),\"negative\"", verdict.Details);
        Assert.Equal("\"negative\"", verdict.Expected);
        Assert.True(verdict.OneProcess);
    }

    [Theory]
    [InlineData("js", "  throw new Error('no');\n}\n", SandboxOutcome.Failed, "Error: no")]
    [InlineData("js", "  return (;\n}\n", SandboxOutcome.Failed, "SyntaxError")]
    [InlineData("sh", "    kill -ABRT $$\n", SandboxOutcome.Crashed, "")]
    [InlineData("cpp", "    return 1 +;\n", SandboxOutcome.CompileError, "error")]
    [InlineData("cpp", "    throw 1;\n", SandboxOutcome.Failed, "terminate called")]
    [InlineData("cpp", "    assert(n > 100);\n", SandboxOutcome.Failed, "Assertion `n > 100' failed")]
    [InlineData("cs", "        Debug.Assert(n > 100, \"small\"); return \"\";\n", SandboxOutcome.Failed, "Assertion failed")]
    public async Task Judge_SolutionWithAnError_TellsErrorsFromCrashes(string language, string code, SandboxOutcome outcome, string details)
    {
        MultiPlETask task = (await MultiPlETasks.ReadAsync(language)).Single(task => task.Problem.TaskId == "sign_word");
        Verdict verdict = await JudgeAsync(task, code);
        Assert.True(verdict.Outcome == outcome, verdict.ToString());
        Assert.Contains(details, verdict.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judge_EndlessSolution_ReachesTheProcessorTimeLimit()
    {
        MultiPlETask task = (await MultiPlETasks.ReadAsync("js"))[0];
        Assert.Equal(TimeSpan.FromSeconds(15), task.Problem.Tests.DefaultLimits.CpuTime);
        fixture.SkipIfUnavailable();
        Verdict verdict = await task.Problem.Tests.JudgeAsync(
            "  while (true) {}\n}\n",
            fixture.Sandbox,
            EvaluatorOptions.LimitsFor(TimeSpan.FromSeconds(0.5))
        );
        Assert.Equal(SandboxOutcome.CpuTimeExceeded, verdict.Outcome);
    }

    [Fact]
    public async Task Judge_WholeProgram_NeedsNoPrefix()
    {
        MultiPlETask task = (await MultiPlETasks.ReadAsync("sh"))[0];
        var tests = (ProgramTests)task.Problem.Tests;
        Assert.True((await JudgeAsync(task, tests.ProgramPrefix + task.Right)).Passed);
    }

    [Fact]
    public async Task Judge_MissingTool_IsSaid()
    {
        fixture.SkipIfUnavailable();
        SandboxLanguage hidden = SandboxLanguages.JavaScript with { Tools = ["no-such-node"] };
        using var sandbox = new BubblewrapSandbox(new BubblewrapSandboxOptions { Languages = [hidden] });
        MultiPlETask task = (await MultiPlETasks.ReadAsync("js"))[0];
        Verdict verdict = await task.Problem.Tests.JudgeAsync(task.Right, sandbox, task.Problem.Tests.DefaultLimits);
        Assert.Equal(SandboxOutcome.ToolchainMissing, verdict.Outcome);
        Assert.Contains("no-such-node", verdict.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Judge_UnknownLanguage_IsMissingAndNotWrong()
    {
        var tests = new ProgramTests { Language = "lua", Test = "assert(f(1) == 2)" };
        Verdict verdict = await tests.JudgeAsync("function f(x) return x end", new NoSandbox(), tests.DefaultLimits);
        Assert.Equal(SandboxOutcome.ToolchainMissing, verdict.Outcome);
        Assert.Contains("'lua'", verdict.Details, StringComparison.Ordinal);
    }

    private async Task<Verdict> JudgeAsync(MultiPlETask task, string code)
    {
        fixture.SkipIfUnavailable();
        IProblemTests tests = task.Problem.Tests;
        Verdict verdict = await tests.JudgeAsync(code, fixture.Sandbox, tests.DefaultLimits);
        Assert.SkipWhen(verdict.Outcome == SandboxOutcome.ToolchainMissing, verdict.Details);
        return verdict;
    }

    private sealed class NoSandbox : ICodeSandbox
    {
        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        ) => throw new InvalidOperationException("Nothing runs.");
    }
}
