using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

public sealed class StandardInputTestsTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("n = int(input())\nprint(n + 1)")]
    [InlineData("import sys\nfor line in sys.stdin: print('', int(line) + 1, '')\nprint()")]
    [InlineData("import sys\nprint(int(sys.stdin.buffer.read()) + 1.0)\nsys.exit(3)")]
    [InlineData("def main():\n    print(int(input()) + 1)\nif __name__ == '__main__':\n    main()")]
    [InlineData("print(gcd(4, 6) + int(input()) - 1)")]
    public async Task Judge_RightProgram_Passes(string code)
    {
        Verdict verdict = await JudgeAsync(code);
        Assert.True(verdict.Passed, verdict.Details);
        Assert.Null(verdict.BasePassed);
    }

    [Theory]
    [InlineData("print(2)", SandboxOutcome.Failed, "Line 1 of the output is wrong.")]
    [InlineData("print(int(input()) + 1, 'x')", SandboxOutcome.Failed, "Line 1 of the output is wrong.")]
    [InlineData("print(int(input()) + 1)\nprint(1)", SandboxOutcome.Failed, "The output has 2 lines instead of 1.")]
    [InlineData("print(int(input()) + 1)\nraise ValueError('late')", SandboxOutcome.Failed, "ValueError: late")]
    [InlineData("print(int(input()) + 1", SandboxOutcome.Failed, "SyntaxError: '(' was never closed")]
    [InlineData("while True: pass", SandboxOutcome.CpuTimeExceeded, "")]
    public async Task Judge_WrongProgram_SaysWhy(string code, SandboxOutcome outcome, string error)
    {
        Verdict verdict = await JudgeAsync(code);
        Assert.Equal((outcome, error), (verdict.Outcome, error.Length > 0 ? verdict.Error : ""));
        Assert.Contains("With the input ", verdict.Details);
        Assert.True(verdict.Expected is "2" or "11");
    }

    /// <summary>What is compared is text of the process that is judged, and the expected text never comes near it.</summary>
    [Fact]
    public async Task Judge_ProgramThatSearches_FindsNoExpectedOutput()
    {
        const string Code = """
            import gc, os, sys
            text = repr([o for o in gc.get_objects() if isinstance(o, (list, dict, str))]) + open(__file__).read()
            print(int(input()) + 1 if "".join(["need", "le"]) not in text else 0)
            """;
        StandardInputTests tests = Tests() with { Cases = [new("1", "needle"), new("1", "2")] };
        fixture.SkipIfUnavailable();
        Verdict verdict = await tests.JudgeAsync(Code, fixture.Sandbox, tests.DefaultLimits);
        Assert.Equal(("needle", "2\n"), (verdict.Expected, verdict.Actual));
    }

    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("0.1", ".1", true)]
    [InlineData("1e3", "1000", true)]
    [InlineData("-0.0", "0", true)]
    [InlineData("+5", "5", true)]
    [InlineData("1_000", "1000", true)]
    [InlineData("inf", "Infinity", true)]
    [InlineData("nan x", "nan y", false)]
    [InlineData("nan 1", "nan 1.0", false)]
    [InlineData("50000000000000000", "50000000000000001", false)]
    [InlineData("0.30000000000000004", "0.3", false)]
    [InlineData("1 2  3", "1 2 3", true)]
    [InlineData("1 2", "1 2 3", false)]
    [InlineData(" 1 \n 2 ", "1\n2", true)]
    [InlineData("1\n\n2", "1\n2", false)]
    [InlineData("\n1\n", "1", true)]
    [InlineData("a  b", "a b", false)]
    [InlineData("Yes", "YES", false)]
    [InlineData("", "", true)]
    [InlineData(".", ".", true)]
    [InlineData(". 1", ". 1.0", false)]
    [InlineData("1e99999999999999999999", "1e99999999999999999998", false)]
    public void Difference_FollowsLiveCodeBench(string actual, string expected, bool equal) =>
        Assert.Equal(equal, OutputComparison.Difference(actual, expected) is null);

    private static StandardInputTests Tests() =>
        new()
        {
            Prelude = "from math import *",
            Cases = [new("1\n", "2"), new("10", "11")],
            DefaultLimits = StandardInputTests.LimitsFor(TimeSpan.FromSeconds(1)),
        };

    private Task<Verdict> JudgeAsync(string code)
    {
        fixture.SkipIfUnavailable();
        return Tests().JudgeAsync(code, fixture.Sandbox, Tests().DefaultLimits);
    }
}
