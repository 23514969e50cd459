using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>A wrong solution fails, and the verdict says why.</summary>
public sealed class WrongProgramsTests(JudgeFixture judge) : IClassFixture<JudgeFixture>
{
    [Theory]
    [MemberData(nameof(JudgePrograms.Kinds), MemberType = typeof(JudgePrograms))]
    public Task WrongSolutions_Fail(string kind) =>
        judge.CheckAsync(
            kind,
            async program =>
            {
                List<string> complaints = [];
                foreach (string wrong in program.Wrong)
                {
                    Verdict verdict = await judge.JudgeAsync(wrong, program.Tests, program.EntryPoints);
                    if (
                        verdict.Outcome != SandboxOutcome.Failed
                        || verdict.Details.Contains("can't be separated", StringComparison.Ordinal)
                    )
                    {
                        complaints.Add($"{verdict.Outcome}: {verdict.Details}");
                    }
                }

                return complaints;
            }
        );

    [Theory]
    [InlineData("assert f([3, 1]) == [1, 3]", "[1, 3]", "[3, 1]")]
    [InlineData("def check(g):\n    for x in ([], [2]):\n        assert g(x) == [7], 'no'\ncheck(f)", "[7]", "[]")]
    [InlineData("assert f(7)\nassert f('é\\ud800 \\n') == 'b'", "'b'", "'é\\ud800 \\n'")]
    [InlineData("assert f(1) == 1\nassert f(0), 'nothing'", null, null)]
    [InlineData("x = f([0] * 10000)\nassert x == 5", "5", null)]
    [InlineData("assert 2 == f(1) + 1\nf(1).nothing", null, null)]
    public async Task FailedAssert_ShowsWhatItCompared(string tests, string? expected, string? actual)
    {
        Verdict verdict = await judge.JudgeAsync("def f(x): return x", tests);
        Assert.Equal(SandboxOutcome.Failed, verdict.Outcome);
        Assert.Equal(expected, verdict.Expected);
        if (actual is null && expected is not null)
        {
            Assert.InRange(verdict.Actual!.Length, 900, 1100);
            return;
        }

        Assert.Equal(actual, verdict.Actual);
    }

    [Theory]
    [InlineData("def f(x):\n    return g(x)\ndef g(x):\n    return [][x]", "line 4, in g", "IndexError: list index out of range")]
    [InlineData("class E(Exception): pass\ndef f(x): raise E('why')", "line 2, in f", "E: why")]
    [InlineData("def f(x):\n    return [x", "solution.py", "SyntaxError: '[' was never closed")]
    public async Task Exception_IsShownWithItsTraceback(string code, string place, string error)
    {
        Verdict verdict = await judge.JudgeAsync(code, "f(1)");
        Assert.Contains(place, verdict.Details, StringComparison.Ordinal);
        Assert.EndsWith(error, verdict.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("_judge_", verdict.Details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class f:\n    def __eq__(self, other): return True", "assert f() == 5")]
    [InlineData("class f: pass", "class G(f): pass\nG()")]
    [InlineData("class f: pass", "import pickle\npickle.dumps(f())")]
    [InlineData("def f(x): return x", "import threading\nf(threading.Lock())")]
    [InlineData("def f(x): return x", "f(open('/dev/null'))")]
    [InlineData("def f(x): return x", "assert f.__code__.co_consts")]
    public async Task WhatTwoProcessesCannotTell_IsSaidToBeUndecided(string code, string tests)
    {
        Verdict verdict = await judge.JudgeAsync(code, tests);
        Assert.Equal(SandboxOutcome.Failed, verdict.Outcome);
        Assert.StartsWith("The solution and its tests can't be separated: ", verdict.Details, StringComparison.Ordinal);
    }
}
