using System.Text.Json;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>A solution and its tests behave in two processes as they do in one.</summary>
public sealed class HonestProgramsTests(JudgeFixture judge) : IClassFixture<JudgeFixture>
{
    [Theory]
    [MemberData(nameof(JudgePrograms.Kinds), MemberType = typeof(JudgePrograms))]
    public Task RightSolutions_Pass(string kind) =>
        judge.CheckAsync(
            kind,
            async program =>
            {
                Verdict verdict = await judge.JudgeAsync(program.Code, program.Tests, program.EntryPoints);
                return verdict.Passed ? [] : [$"{verdict.Outcome}: {verdict.Details}"];
            }
        );

    /// <summary>So the programs of the other tests are what they say.</summary>
    [Theory]
    [MemberData(nameof(JudgePrograms.Kinds), MemberType = typeof(JudgePrograms))]
    public Task OneProcess_SaysTheSame(string kind) =>
        judge.CheckAsync(
            kind,
            async program =>
            {
                List<string> complaints = [];
                SandboxResult right = await RunTogetherAsync(program.Code, program.Tests);
                if (right.Outcome != SandboxOutcome.Passed)
                {
                    complaints.Add($"{right.Outcome}: {right.StandardError}");
                }

                foreach (string wrong in program.Wrong)
                {
                    if ((await RunTogetherAsync(wrong, program.Tests)).Outcome == SandboxOutcome.Passed)
                    {
                        complaints.Add("a wrong solution passes");
                    }
                }

                return complaints;
            }
        );

    /// <summary>The first of the two could never be told from a right one by the value of the argument's copy.</summary>
    [Fact]
    public async Task ChangeOfAnArgument_CountsWhereTheTestsForbidIt()
    {
        const string Code = "def f(a): a.sort()";
        Assert.False((await judge.JudgeAsync(Code, "x = [3, 1]; f(x); assert x == [3, 1]")).Passed);
        Assert.True((await judge.JudgeAsync(Code, "x = [3, 1]; f(x); assert x == [1, 3]")).Passed);
    }

    private Task<SandboxResult> RunTogetherAsync(string code, string tests) =>
        judge.RunAsync(
            "__name__ = 'solution'\n"
                + $"exec(compile({JsonSerializer.Serialize(code)}, 'solution.py', 'exec'), globals())\n"
                + "__name__ = '__main__'\n"
                + $"exec(compile({JsonSerializer.Serialize(tests)}, 'tests.py', 'exec'), globals())\n"
        );
}
