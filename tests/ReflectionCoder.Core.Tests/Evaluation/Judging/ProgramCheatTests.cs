using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>Solutions that want to pass without being right.</summary>
public sealed class ProgramCheatTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Theory]
    // They end the program before the tests do.
    [InlineData("cpp", "shout", "    exit(0);\n")]
    [InlineData("java", "shout", "        System.exit(0); return null;\n")]
    [InlineData("cs", "shout", "        Environment.Exit(0); return null;\n")]
    [InlineData("js", "shout", "  process.exit(0);\n}\n")]
    [InlineData("js", "shout", "}\nprocess.exit(0);\n")]
    [InlineData("sh", "shout", "    kill -9 $$\n")]
    [InlineData("sh", "shout", "    :\n}\nexit 0\n{\n")]
    // They take the tests out, or turn assertions off.
    [InlineData("cpp", "gaps", "    return {};\n}\n#undef assert\n#define assert(x)\nvoid unused() {\n")]
    [InlineData("cs", "gaps", "        Trace.Listeners.Clear(); return new List<long>();\n")]
    [InlineData("js", "gaps", "  require('assert').deepEqual = () => {};\n}\n")]
    [InlineData("js", "gaps", "}\nfunction test() {}\n/*\n")]
    [InlineData("sh", "gaps", "    :\n}\nset() { :; }\nexport -f set\nrun_test() { :; }\nreadonly -f run_test\nunused() {\n")]
    // Their values equal everything.
    [InlineData("cpp", "gaps", "    return {};\n}\nusing L = std::vector<long>;\nbool operator==(L, L) { return true; }\nvoid f() {\n")]
    [InlineData("java", "gaps", "        return new ArrayList<Long>() { public boolean equals(Object other) { return true; } };\n")]
    // The only test's value has no other value beside it.
    [InlineData("js", "single", "  require('assert').deepEqual = () => {};\n}\n")]
    public async Task Judge_Cheat_DoesNotPass(string language, string task, string code)
    {
        fixture.SkipIfUnavailable();
        bool single = task == "single";
        MultiPlETask found = (await MultiPlETasks.ReadAsync(language)).Single(one => one.Problem.TaskId == (single ? "shout" : task));
        var tests = (ProgramTests)found.Problem.Tests;
        if (single)
        {
            const string Test = "const assert = require('assert');\nfunction test() {\n  assert.deepEqual(shout('a'), 'A!');\n}\ntest();";
            tests = tests with { Test = Test };
            Assert.True((await tests.JudgeAsync(found.Right, fixture.Sandbox, tests.DefaultLimits)).Passed);
        }

        Verdict verdict = await tests.JudgeAsync(code, fixture.Sandbox, tests.DefaultLimits);
        Assert.SkipWhen(verdict.Outcome == SandboxOutcome.ToolchainMissing, verdict.Details);
        Assert.False(verdict.Passed, verdict.ToString());
        Assert.True(verdict.Outcome is SandboxOutcome.Failed or SandboxOutcome.Crashed, verdict.ToString());
    }
}
