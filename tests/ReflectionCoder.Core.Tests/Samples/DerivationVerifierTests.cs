using ReflectionCoder.Configuration;
using ReflectionCoder.Samples.ReasoningTasks.Verification;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Samples;

/// <summary>The verifier of derivations behind the sandbox's interface.</summary>
public sealed class DerivationVerifierTests
{
    private const string Checks = "given 40, 12, 3, 5\nsteps 28, 15, 43\ncheck answer == 43";
    private const string Right = "left = 40 - 12\nbrought = 3 * 5\nanswer = left + brought";

    private readonly DerivationVerifier verifier = new();

    [Theory]
    [InlineData(Right)]
    [InlineData("\n  left=40-12 \n\n brought = (3*5)\nanswer = brought + left\r\n")]
    [InlineData("brought = 3 * 5\nanswer = 40 - 12 + brought")]
    [InlineData("answer = 40 - (12 - 3 * 5)")]
    [InlineData("answer = -(-40) - 12 + 3 * 5")]
    public async Task Derivation_ThatLeadsToTheAnswer_Passes(string derivation)
    {
        SandboxResult result = await RunAsync(derivation);
        Assert.Equal((SandboxOutcome.Passed, 0, ""), (result.Outcome, result.ExitCode, result.StandardError));
        Assert.EndsWith("answer = 43\nThe derivation holds.\n", result.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "left = 40 + 12\nbrought = 3 * 5\nanswer = left + brought",
        "step 1: left = 40 + 12\nis 52; expected 28\nanswer is 67; expected 43\n"
    )]
    [InlineData(
        "left = 40 - 12\nanswer = left + 5",
        "step 2: answer = left + 5\nis 33; expected 15\nnot used: 3\nanswer is 33; expected 43\n"
    )]
    [InlineData(
        "left = 40 - 12\nbrought = 3 * 5\nanswer = lefts + brought",
        "step 3: answer = lefts + brought\n`lefts` is not known; did you mean `left`?\n"
    )]
    [InlineData("answer = left + brought", "step 1: answer = left + brought\n`left` is not known; no step stands above\n")]
    [InlineData(
        "left = 40 - 12\nanswer = left + brought",
        "step 2: answer = left + brought\n`brought` is not known; the steps above are left\n"
    )]
    [InlineData("left = 40 - 12\nleft = 3 * 5", "step 2: left = 3 * 5\n`left` stands for 28 already; each step has a name of its own\n")]
    [InlineData("answer = 43", "step 1: answer = 43\n43 is no number of the problem; those are 40, 12, 3, 5\n")]
    [InlineData("left 40 - 12", "step 1: left 40 - 12\nis no step; expected `name = expression`\n")]
    [InlineData("left = 40 12", "step 1: left = 40 12\nexpected an operator or the line's end, found `1`\n")]
    [InlineData("left = 40 -", "step 1: left = 40 -\nexpected a number, a name or `(`, found the line's end\n")]
    [InlineData("left = (40 - 12", "step 1: left = (40 - 12\nexpected `)`, found the line's end\n")]
    [InlineData("left = 40 / 12", "step 1: left = 40 / 12\n40 / 12 leaves a remainder; whole numbers are divided by `//`\n")]
    [InlineData("none = 3 - 3\nanswer = 40 % none", "step 2: answer = 40 % none\n40 % 0 divides by zero\n")]
    [InlineData("left = 40 - 12", "the last step is `left`; expected `answer`\n")]
    public async Task Derivation_ThatIsWrong_FailsAndSaysWhere(string derivation, string error)
    {
        SandboxResult result = await RunAsync(derivation);
        Assert.Equal((SandboxOutcome.Failed, 1, error), (result.Outcome, result.ExitCode, result.StandardError));
        Assert.DoesNotContain("holds", result.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7 // 2", 3)]
    [InlineData("-7 // 2", -4)]
    [InlineData("7 % -2", -1)]
    [InlineData("-7 % 2", 1)]
    [InlineData("-8 / 2", -4)]
    [InlineData("2 + 7 * 2 - 8 // 2 % 7", 12)]
    public void Operators_RoundAndBindAsInPython(string expression, long value) =>
        Assert.Equal(("x", value, null), new StepReader($"x = {expression}", new Dictionary<string, long>(), [2, 7, 8]).Read());

    /// <summary>Whatever comes, the run fails with a message.</summary>
    [Theory]
    [MemberData(nameof(HostileDerivations))]
    public async Task Hostile_EndsInAFailedRunWithAMessage(string name, string derivation, string says)
    {
        SandboxResult result = await RunAsync(derivation);
        Assert.True(result.Outcome == SandboxOutcome.Failed, name);
        Assert.Contains(says, result.StandardError, StringComparison.Ordinal);
        Assert.True(result.StandardError.Length < 1000 && result.WallTime < TimeSpan.FromSeconds(5), name);
    }

    public static TheoryData<string, string, string> HostileDerivations
    {
        get
        {
            string squares = string.Join('\n', Enumerable.Range(1, 8).Select(i => $"x{i} = x{i - 1} * x{i - 1}"));
            return new TheoryData<string, string, string>
            {
                { "nothing", "", "there is no step" },
                { "white space", " \n\t\n \r\n", "there is no step" },
                { "overflow", $"x0 = 40 * 40\n{squares}\nanswer = x8", "is beyond 64 bits" },
                { "a number without end", $"answer = {new string('9', 390)}", "is no number of the problem" },
                { "division by zero", "none = 3 - 3\nanswer = 40 / none", "divides by zero" },
                {
                    "an expression without end",
                    $"answer = 40{string.Concat(Enumerable.Repeat(" + 40", 1000))}",
                    "is longer than 400 characters"
                },
                { "a text without end", string.Concat(Enumerable.Repeat("x = 40\n", 100_000)), "at most 20000 are read" },
                { "steps without end", string.Join('\n', Enumerable.Range(0, 900).Select(i => $"x{i} = 40")), "at most 64 are read" },
                { "parentheses", $"answer = {new string('(', 150)}40{new string(')', 150)}", "nested more than 32 deep" },
                { "minus signs", $"answer = {new string('-', 300)}40", "nested more than 32 deep" },
                { "control characters", "answer = 40 \u001b[2J\0", "expected an operator" },
                { "half a character", "answer = \ud800", "expected a number" },
                { "other digits", "answer = ４０", "expected a number" },
                { "checks of its own", "answer = 40\ngiven 40\nsteps 40\ncheck answer == 40", "step 2: given 40\nis no step" },
                { "its own numbers", "given 43\nanswer = 43", "step 1: given 43\nis no step" },
                { "a name of the checks", "check = 40\nanswer = check", "answer is 40; expected 43" },
                { "a fence", "```\nanswer = 40", "is no step" },
            };
        }
    }

    /// <summary>The lines behind a derivation decide, and none of its own.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("answer = 40 - 12")]
    [InlineData("answer = 40\ngiven 40\ncheck answer == 40")]
    [InlineData("answer = 40\ngiven 40\nsteps forty\ncheck answer == 40")]
    [InlineData("answer = 40\ngiven 40\nsteps 40\ncheck answer == 99999999999999999999")]
    public void Text_WithoutChecks_Fails(string text) =>
        Assert.Equal(
            new VerifierFinding(false, "", "the text doesn't end with the lines `given`, `steps` and `check answer`\n"),
            verifier.Verify(text)
        );

    [Fact]
    public async Task Output_BeyondTheLimit_KeepsBothEnds()
    {
        SandboxResult result = await RunAsync(Right, new SandboxLimits { OutputBytes = 20 });
        Assert.Equal(SandboxOutcome.Passed, result.Outcome);
        Assert.True(result.OutputTruncated);
        Assert.Equal("left = 28\n\n[37 bytes left out]\non holds.\n", result.StandardOutput);
        Assert.False((await RunAsync(Right)).OutputTruncated);
    }

    [Fact]
    public async Task OtherLanguage_LimitsOutOfRange_AndCancellation_AreTheCallers()
    {
        var unknown = await Assert.ThrowsAsync<SandboxUnavailableException>(() => verifier.ExecuteAsync(new SandboxProgram("print()")));
        Assert.Equal("python", unknown.Language);
        SandboxProgram program = new(Right, DerivationVerifier.LanguageName);
        await Assert.ThrowsAsync<InvalidOptionsException>(() => verifier.ExecuteAsync(program, new SandboxLimits { OutputBytes = 0 }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            verifier.ExecuteAsync(program, cancellationToken: new CancellationToken(canceled: true))
        );
    }

    [Fact]
    public async Task Prepared_RunsManyTimes()
    {
        ICodeSandbox sandbox = verifier;
        using IPreparedProgram program = await sandbox.PrepareAsync(
            new SandboxProgram($"{Right}\n\n{Checks}", DerivationVerifier.LanguageName)
        );
        Assert.Null(program.Failure);
        Assert.Equal(SandboxOutcome.Passed, (await program.RunAsync()).Outcome);
        Assert.Equal(SandboxOutcome.Passed, (await program.RunAsync("input")).Outcome);
    }

    /// <summary>A fault of a verifier is the run's outcome, and says nothing about the text.</summary>
    [Fact]
    public async Task Verifier_ThatThrows_IsASandboxFailure()
    {
        SandboxResult result = await new FaultyVerifier().ExecuteAsync(new SandboxProgram("text", "faulty"));
        Assert.Equal((SandboxOutcome.SandboxFailure, "The verifier failed: no table"), (result.Outcome, result.Message));
    }

    private Task<SandboxResult> RunAsync(string derivation, SandboxLimits? limits = null) =>
        verifier.ExecuteAsync(new SandboxProgram($"{derivation}\n\n{Checks}", DerivationVerifier.LanguageName), limits);

    private sealed class FaultyVerifier() : TextVerifier("faulty")
    {
        public override VerifierFinding Verify(string text) => throw new KeyNotFoundException("no table");
    }
}
