using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Programs;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Construction.Programs;

public sealed class TestProgramTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    [Theory]
    [InlineData("python", "assert f([1, 2]) == [2, 1]", "f([1, 2])", "[2, 1]")]
    [InlineData("python", "assert f(\"a == b\") is None, \"empty, or not\"", "f(\"a == b\")", "None")]
    [InlineData("python", "assert len(f(4)) == (1, 2), \"x\"", "len(f(4))", "(1, 2)")]
    [InlineData("python", "assert f(1)", null, null)]
    [InlineData("javascript", "assert.deepStrictEqual(f([1, 2], \"a, b\"), [2, 1]);", "f([1, 2], \"a, b\")", "[2, 1]")]
    [InlineData("js", "assert.strictEqual(f(`)`), 1, \"message\");", "f(`)`)", "1")]
    [InlineData("javascript", "assert.ok(f(1) === 2);", null, null)]
    [InlineData("csharp", "Debug.Assert(F(\"==\", '(') == 2);", "F(\"==\", '(')", "2")]
    [InlineData("c#", "Debug.Assert(F(1).SequenceEqual(new[] { 1, 2 }));", "F(1)", "new[] { 1, 2 }")]
    [InlineData("csharp", "Debug.Assert(F(1) == 2 && F(2) == 3);", null, null)]
    [InlineData("csharp", "Debug.Assert(F(1));", null, null)]
    [InlineData("rust", "fn main() {}", null, null)]
    public void Read_Test_SplitsIntoCallAndValue(string language, string test, string? call, string? value)
    {
        TestParts? parts = TestLanguage.For(language).Read(test);
        Assert.Equal(call, parts?.Call);
        Assert.Equal(value, parts?.Expected);
    }

    [Fact]
    public void Source_Python_HoldsAttemptCallsAndTests()
    {
        TestProgram program = new("python", ["assert f(1) == 2", "assert f(2) == 3"], shownCalls: 1, announces: false);
        Assert.Equal(
            "def f(x):\n    return x + 1\n\nprint(f(1))\nassert f(1) == 2\nassert f(2) == 3",
            program.Source("def f(x):\n    return x + 1\n")
        );
        Assert.Equal("7", program.PrintedValue("assert f(1) == 2", "7\n"));
        Assert.Null(program.PrintedValue("assert f(1) == 2", "7\n8\n"));
        Assert.Null(program.PrintedValue("assert f(2) == 3", "7\n"));
    }

    [Theory]
    [InlineData("function f(x) {\n  return x;\n}")]
    [InlineData("const assert = require(\"assert\");\nfunction f(x) {\n  return x;\n}")]
    [InlineData("const { strict: assert } = require(\"node:assert\");\nfunction f(x) {\n  return x;\n}")]
    public void Source_JavaScript_RequiresAssertOnce(string solution)
    {
        string source = new TestProgram("javascript", ["assert.equal(f(1), 1);"], 0, true).Source(solution);
        Assert.Equal(2, source.Split("require(").Length);
        Assert.EndsWith("\n\nassert.equal(f(1), 1);\nconsole.log(\"All tests passed.\");", source, StringComparison.Ordinal);
    }

    [Fact]
    public void Source_CSharp_PutsUsingsStatementsAndTypesInOrder()
    {
        const string Solution = """"
            using System.Text;

            // Doubles; a brace } in a comment.
            int F(int x) => x * 2;

            /// <summary>A pair.</summary>
            public sealed record Pair(int A, int B)
            {
                public string Show() => $"{A} {(B > 0 ? "}" : "{")}";
            }

            string G() { var s = new[] { 1, 2 }; using var w = new StringWriter(); return @"""{" + w; }
            """";
        string[] tests = ["using System.Diagnostics;", "Debug.Assert(F(1) == 2);", "Debug.Assert(new Pair(1, 2).A == 1);"];
        Assert.Equal(
            """"
            using System.Text;
            using System.Diagnostics;

            // Doubles; a brace } in a comment.
            int F(int x) => x * 2;

            string G() { var s = new[] { 1, 2 }; using var w = new StringWriter(); return @"""{" + w; }

            Console.WriteLine(F(1));
            Debug.Assert(F(1) == 2);
            Debug.Assert(new Pair(1, 2).A == 1);

            /// <summary>A pair.</summary>
            public sealed record Pair(int A, int B)
            {
                public string Show() => $"{A} {(B > 0 ? "}" : "{")}";
            }
            """",
            new TestProgram("csharp", tests, shownCalls: 1, announces: false).Source(Solution)
        );
    }

    /// <summary>Language, right solution, wrong one, one that can't be compiled, tests.</summary>
    public static TheoryData<string, string, string, string, string[]> Solutions { get; } =
        new()
        {
            {
                "javascript",
                "function f(x) {\n  return x + 1;\n}",
                "function f(x) {\n  return x + 2;\n}",
                "function f(x) {\n  return (x + 1;\n}",
                ["assert.strictEqual(f(1), 2);"]
            },
            {
                "csharp",
                "static class S\n{\n    public static int F(int x) => x + 1;\n}",
                "static class S\n{\n    public static int F(int x) => x + 2;\n}",
                "static class S\n{\n    public static int F(int x) => x + y;\n}",
                ["Debug.Assert(S.F(1) == 2);"]
            },
            {
                "go",
                "package main\n\nimport \"strings\"\n\nfunc f(s string) string { return strings.ToUpper(s) }\n",
                "package main\n\nimport \"strings\"\n\nfunc f(s string) string { return strings.ToLower(s) }\n",
                "package main\n\nimport \"strings\"\n\nfunc f(s string) string { return 1 }\n",
                [
                    "package main\n\nimport (\n\t\"os\"\n\t\"strings\"\n)\n\n"
                        + "func main() {\n\tif f(strings.Repeat(\"a\", 2)) != \"AA\" { os.Exit(1) }\n}",
                ]
            },
            {
                "php",
                "<?php\nfunction f($x) { return $x + 1; }\n",
                "<?php\nfunction f($x) { return $x + 2; }\n?>",
                "<?php\nfunction f($x) { return $x + ; }\n",
                ["<?php\nif (f(1) !== 2) { exit(1); }"]
            },
            {
                "cpp",
                "#include <string>\nint f(int x) { return x + 1; }",
                "int f(int x) { return x + 2; }",
                "int f(int x) { return y; }",
                ["#include <cassert>\nint main() { assert(f(1) == 2); }"]
            },
        };

    [Theory]
    [MemberData(nameof(Solutions))]
    public async Task RunAsync_RightWrongAndBroken_EndAsTheyShould(
        string language,
        string right,
        string wrong,
        string broken,
        string[] tests
    )
    {
        fixture.SkipIfUnavailable();
        ProgrammingTask task = new()
        {
            TaskId = "test/f",
            Instruction = "Write f.",
            Language = language,
            Asserts = tests,
        };
        TaskRunner runner = new(fixture.Sandbox, task);
        TaskExecution passed = await runner.RunAsync(right);
        Assert.SkipWhen(passed.Result.Outcome == SandboxOutcome.ToolchainMissing, passed.Result.Message ?? "");
        Assert.True(passed.Passed, passed.Output);
        TaskExecution failed = await runner.RunAsync(wrong);
        Assert.Contains(failed.Result.Outcome, new[] { SandboxOutcome.Failed, SandboxOutcome.Crashed });
        TaskExecution unread = await runner.RunAsync(broken);
        Assert.False(unread.Passed);
        Assert.NotEqual("", unread.Output);
        if (TestLanguage.For(language).Announcement is null)
        {
            return;
        }

        Assert.Equal("All tests passed.\n", passed.Output);
        Assert.True(failed.Error!.IsFailedTest);
        Assert.Equal(tests[0], failed.Error.Statement);
        Assert.True(unread.Error!.IsSyntaxError);
        Assert.Contains(unread.Error.Raised, broken, StringComparison.Ordinal);
    }
}
