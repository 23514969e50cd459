using System.Text.Json;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Evaluation.Judging;

/// <summary>A solution can't pass by anything but the right answers.</summary>
public sealed class CheatTests(JudgeFixture judge) : IClassFixture<JudgeFixture>
{
    /// <summary>How a solution reaches the connection to the tests' process.</summary>
    private const string Connection = """
        import json, os, sys
        def connection():
            [module] = [module for name, module in sys.modules.items() if name.endswith("_proxies") and hasattr(module, "Link")]
            return module.Link.peer
        def send(data):
            os.write(connection().sending, data)
        def message(data):
            send(len(data).to_bytes(8, "little") + data)

        """;

    [Fact]
    public Task Cheats_DoNotPass_AndTheirHonestTwinsDo() =>
        judge.CheckAsync(
            "cheats",
            async program =>
            {
                List<string> complaints = [];
                Verdict cheat = await judge.JudgeAsync(program.Code, program.Tests, program.EntryPoints);
                if (cheat.Passed)
                {
                    complaints.Add("the cheat passes");
                }

                foreach (string honest in program.Honest)
                {
                    Verdict verdict = await judge.JudgeAsync(honest, program.Tests, program.EntryPoints);
                    if (!verdict.Passed)
                    {
                        complaints.Add($"the honest twin: {verdict.Outcome}: {verdict.Details}");
                    }
                }

                return complaints;
            }
        );

    /// <summary>
    /// No cheat gains by making the tests undecided: the judge in one process is next, which knows a solution that passes. Those that know
    /// the answer, or its hash, aren't told from solutions there.
    /// </summary>
    [Fact]
    public Task Cheats_BothJudges_DoNotPassAndTheirHonestTwinsDo() =>
        judge.CheckAsync(
            "cheats",
            async program =>
            {
                List<string> complaints = [];
                if (program.Name.Contains("knows", StringComparison.Ordinal))
                {
                    return complaints;
                }

                string reference = program.Honest is [string first, ..] ? first : "";
                Verdict cheat = await judge.JudgeWhollyAsync(program.Code, program.Tests, reference, program.EntryPoints);
                if (cheat.Passed)
                {
                    complaints.Add($"the cheat passes, in one process: {cheat.OneProcess}");
                }

                foreach (string honest in program.Honest)
                {
                    Verdict verdict = await judge.JudgeWhollyAsync(honest, program.Tests, reference, program.EntryPoints);
                    if (!verdict.Passed)
                    {
                        complaints.Add($"the honest twin: {verdict.Outcome}: {verdict.Details}");
                    }
                }

                return complaints;
            }
        );

    [Theory]
    [InlineData("""[["ok",null,null,null,null,null,null,[2]],[]]""", true)] // true: it is the right answer
    [InlineData("""["ok",null,null,null,null,null,null,[2]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["t",[true]]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["@",0]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["#",0]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["k","os","system"]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["k","builtins","eval"]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["k","builtins","str.format"]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["k","operator","attrgetter"]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["k","unittest.mock","ANY"]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["k","collections","_sys"]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["s",[["l",[]]]]]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[["i","0x2zz"]]],[]]""")]
    [InlineData("""[["ok",[["o",1003,["k","builtins","int"]]],null,null,null,null,null,[["@",1003]]],[]]""")]
    [InlineData("""[["err",null,null,null,null,null,null,[5]],[]]""")]
    [InlineData("""[["err",null,null,null,null,null,null,[["e",["k","builtins","SystemExit"],[0],[],[],null,null,false,[],0]]],[]]""")]
    [InlineData("""[["call",null,null,null,null,null,null,[0,["t",[]]]],[]]""")]
    [InlineData("""[["load",null,null,null,null,null,null,[false]],[]]""")]
    [InlineData("""[["ok",null,[[0,"l",null,null,[]]],null,null,null,null,[2]],[]]""")]
    [InlineData("""[["ok",null,null,[[0,[1]]],null,null,null,[2]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,["passed",5],null,[2]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,[3,[1],null],[2]],[]]""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[2]],[0]]""")]
    [InlineData("""{}""")]
    [InlineData("""[[[]],[]]""")]
    [InlineData("""2""")]
    [InlineData("""[["ok",null,null,null,null,null,null,[{"a":2}]],[]]""")]
    public async Task ForgedMessage_ProvesNothing(string message, bool isRight = false)
    {
        string code = Connection + $"def f(x):\n    message({JsonSerializer.Serialize(message)}.encode())\n    return 0\n";
        Assert.Equal(isRight, (await judge.JudgeAsync(code, "assert f(1) == 2")).Passed);
    }

    [Theory]
    [InlineData("send(b'\\xff' * 8)")]
    [InlineData("send(b'')\n    os._exit(0)")]
    [InlineData("message(b'[' * 100000)")]
    [InlineData("message(b'\\xff\\xfe')")]
    [InlineData("message(b'')")]
    [InlineData("message(b'1' * 100000)")]
    [InlineData("[send(os.urandom(64)) for _ in range(9)]")]
    [InlineData("os.close(connection().sending)")]
    public async Task BytesThatAreNoMessage_FailTheSolution(string action)
    {
        Verdict verdict = await judge.JudgeAsync($"{Connection}def f(x):\n    {action}\n    return 0\n", "assert f(1) == 2");
        Assert.Equal(SandboxOutcome.Failed, verdict.Outcome);
        Assert.DoesNotContain("can't be separated", verdict.Details, StringComparison.Ordinal);
    }

    /// <summary>
    /// The process of the tests takes hundreds of thousands of broken messages, and finds that each is broken or harmless.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RandomlyChangedMessages_AreRefusedOrHarmless(int seed)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Evaluation/Judging/Programs/fuzz.py");
        string prefix = JudgeModules.Codec[..^"codec".Length];
        string source = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Replace(
            "rc_judge_",
            prefix,
            StringComparison.Ordinal
        );
        SandboxResult run = await judge.RunAsync(source, $"{seed}");
        Assert.Equal((SandboxOutcome.Passed, ""), (run.Outcome, run.StandardError));
        Assert.Equal("only refused", run.StandardOutput.Trim());
    }
}
