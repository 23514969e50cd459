using ReflectionCoder.Construction;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.OnPolicy;

/// <summary>What the verifier makes of runs.</summary>
public sealed class SandboxVerifierTests
{
    [Fact]
    public async Task VerifyAsync_FailedRun_ShowsTheProgramAndWhatItPrinted()
    {
        ScriptedSandbox sandbox = new(SandboxOutcome.Failed, "AssertionError: <f at 0x7f12ab34cd56>");
        RolloutVerdict verdict = await OnPolicyDistiller
            .CreateVerifier(sandbox)
            .VerifyAsync(
                OwnAnswers.Tasks[1],
                "```python\ndef f1(x):\n    return x\n```\nThat is all.",
                TestContext.Current.CancellationToken
            );
        Assert.False(verdict.Passed);
        Assert.Equal([BlockType.Code, BlockType.Execution], verdict.Feedback.Select(block => block.Type));
        Assert.Equal(sandbox.Ran, verdict.Feedback[0].Content);
        Assert.StartsWith("def f1(x):\n    return x\n\nassert f1(1) == 2", sandbox.Ran, StringComparison.Ordinal);
        Assert.DoesNotContain("That is all", sandbox.Ran, StringComparison.Ordinal);
        Assert.Equal("AssertionError: <f at 0x0>", verdict.Feedback[1].Content);
        Assert.Equal(TimeSpan.FromSeconds(2), sandbox.Limits!.CpuTime);
    }

    [Fact]
    public async Task VerifyAsync_RunThatPrintedNothing_ShowsWhyItEnded()
    {
        ScriptedSandbox sandbox = new(SandboxOutcome.CpuTimeExceeded, "", "The program used more than 2 s of processor time.");
        RolloutVerdict verdict = await Verify(sandbox);
        Assert.False(verdict.Passed);
        Assert.Equal("The program used more than 2 s of processor time.", verdict.Feedback[1].Content);
    }

    [Theory]
    [InlineData(SandboxOutcome.Passed, true)]
    [InlineData(SandboxOutcome.OutOfMemory, false)]
    [InlineData(SandboxOutcome.SandboxFailure, null)]
    [InlineData(SandboxOutcome.ToolchainMissing, null)]
    public async Task VerifyAsync_Outcome_TellsWhatIsKnown(SandboxOutcome outcome, bool? passed)
    {
        RolloutVerdict verdict = await Verify(new ScriptedSandbox(outcome, "output", "a message"));
        Assert.Equal(passed, verdict.Passed);
        Assert.Equal(passed is null ? "a message" : null, verdict.Problem);
    }

    [Fact]
    public void Identity_OfOtherLimits_Differs()
    {
        ScriptedSandbox sandbox = new(SandboxOutcome.Passed, "");
        string[] identities =
        [
            OnPolicyDistiller.CreateVerifier(sandbox).Identity,
            OnPolicyDistiller.CreateVerifier(sandbox).Identity,
            OnPolicyDistiller.CreateVerifier(sandbox, new SandboxLimits { OutputBytes = 100 }).Identity,
        ];
        Assert.Equal(identities[0], identities[1]);
        Assert.NotEqual(identities[0], identities[2]);
    }

    private static Task<RolloutVerdict> Verify(ICodeSandbox sandbox) =>
        OnPolicyDistiller
            .CreateVerifier(sandbox)
            .VerifyAsync(OwnAnswers.Tasks[0], "def f0(x): return x", TestContext.Current.CancellationToken);

    private sealed class ScriptedSandbox(SandboxOutcome outcome, string output, string? message = null) : ICodeSandbox
    {
        public string Ran { get; private set; } = "";

        public SandboxLimits? Limits { get; private set; }

        public Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        )
        {
            (Ran, Limits) = (program.Source, limits);
            return Task.FromResult(new SandboxResult(outcome, 1, "", output, false, TimeSpan.Zero) { Message = message });
        }
    }
}
