using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sandbox;
using static ReflectionCoder.Tests.Construction.ScriptedSandbox;

namespace ReflectionCoder.Tests.Construction;

public sealed class TaskRunnerTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private const string Right = "def double(x):\n    return 2 * x\n";
    private const string Wrong = "def double(x):\n    return x + 2\n";

    private static readonly ProgrammingTask Double = new()
    {
        TaskId = "test/double",
        Instruction = "Write a Python function `double(x)` that returns twice `x`.",
        EntryPoint = "double",
        Solution = Right,
        Asserts = ["assert double(2) == 4", "assert double(3) == 6", "assert double(0) == 0"],
        Split = "train",
    };

    [Fact]
    public async Task RunAsync_FakeSandbox_GivesProgramAndTextAsTheyAre()
    {
        SandboxResult result = new(SandboxOutcome.Failed, 1, "4\n", "  spaced \nValueError: no\n", false, TimeSpan.Zero);
        ScriptedSandbox sandbox = new(_ => result);
        SandboxLimits limits = new() { OutputBytes = 99 };
        TaskRunner runner = new(sandbox, Double)
        {
            ShownCalls = 2,
            AnnouncesSuccess = false,
            Limits = limits,
        };
        TaskExecution execution = await runner.RunAsync(Right);
        const string Program =
            "def double(x):\n    return 2 * x\n\nprint(double(2))\nprint(double(3))\n"
            + "assert double(2) == 4\nassert double(3) == 6\nassert double(0) == 0";
        Assert.Equal(Program, Assert.Single(sandbox.Sources));
        Assert.Same(limits, Assert.Single(sandbox.Limits));
        Assert.Equal("4\n  spaced \nValueError: no\n", execution.Output);
        Assert.Equal([new Block(BlockType.Code, Program), new Block(BlockType.Execution, execution.Output)], execution.Blocks);
        Assert.Equal("ValueError: no", execution.Error!.Headline);
        Assert.Same(result, execution.Result);
        Assert.False(execution.Passed);
        Assert.False(execution.ShowsAddress);
    }

    [Theory]
    [InlineData("javascript", "solution.js:7\n\n\n\nSyntaxError: Unexpected end of input\n", SandboxOutcome.Failed)]
    [InlineData("csharp", "solution.cs(7,40): error CS1513: } expected\n", SandboxOutcome.CompileError)]
    public async Task PassedTests_ProgramThatCannotBeRead_AreNone(string language, string error, SandboxOutcome outcome)
    {
        ScriptedSandbox sandbox = new(_ => new SandboxResult(outcome, 1, "", error, false, TimeSpan.Zero));
        ProgrammingTask task = Double with { Language = language, Asserts = ["a(1);", "a(2);", "a(3);"] };
        TaskExecution execution = await new TaskRunner(sandbox, task).RunAsync("x");
        Assert.True(execution.Error!.IsSyntaxError);
        Assert.Equal(0, execution.PassedTests(execution.Error));
        Assert.Equal(-1, execution.FailedStatement(execution.Error with { Statement = "a(3);" }));
        Assert.Equal(2, execution.PassedTests(execution.Error with { Statement = "a(3);", IsSyntaxError = false }));
    }

    [Fact]
    public async Task RunAsync_Defaults_AnnounceSuccessAndAreLimited()
    {
        ScriptedSandbox sandbox = new(_ => Passed());
        TaskExecution execution = await new TaskRunner(sandbox, Double).RunAsync(Right);
        Assert.EndsWith("assert double(0) == 0\nprint(\"All tests passed.\")", execution.Program, StringComparison.Ordinal);
        Assert.Equal(
            new SandboxLimits { WallTime = TimeSpan.FromSeconds(5), CpuTime = TimeSpan.FromSeconds(2) },
            Assert.Single(sandbox.Limits)
        );
        Assert.True(execution.Passed);
        Assert.Null(execution.Error);
    }

    [Theory]
    [InlineData("TypeError: <function f at 0x7f12ab34cd56>", true)]
    [InlineData("ValueError: 0x1f", false)]
    public async Task RunAsync_AddressInTheOutput_IsSeen(string headline, bool shows) =>
        Assert.Equal(shows, (await new TaskRunner(new ScriptedSandbox(_ => Failed(headline)), Double).RunAsync(Wrong)).ShowsAddress);

    [Fact]
    public async Task RunAsync_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        TaskRunner runner = new(new ScriptedSandbox(_ => Passed()), Double);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runner.RunAsync(Right, source.Token));
    }

    [Fact]
    public void Create_SettingsOutOfRange_Throw()
    {
        ScriptedSandbox sandbox = new(_ => Passed());
        Assert.Throws<ArgumentOutOfRangeException>(() => new TaskRunner(sandbox, Double) { ShownCalls = -1 });
        Assert.Throws<InvalidOptionsException>(() => new TaskRunner(sandbox, Double) { Limits = new SandboxLimits { Processes = 0 } });
    }

    [Fact]
    public async Task FindFaultsAsync_GoodSequence_HasNone()
    {
        ScriptedSandbox sandbox = new(source => source.StartsWith(Right, StringComparison.Ordinal) ? Passed() : Failed("AssertionError"));
        TaskRunner runner = new(sandbox, Double);
        Assert.Empty(await runner.FindFaultsAsync(Sequence()));
        Assert.StartsWith(Right + "\nassert", Assert.Single(sandbox.Sources), StringComparison.Ordinal);
        Assert.Empty(
            await runner.FindFaultsAsync(Sequence(answer: [new Block(BlockType.Text, "Here:"), new Block(BlockType.Code, Right)]))
        );
    }

    [Fact]
    public async Task FindFaultsAsync_WrongAnswer_SaysHowItFails()
    {
        ScriptedSandbox sandbox = new(source => source.StartsWith(Right, StringComparison.Ordinal) ? Passed() : Failed("AssertionError"));
        Conversation wrong = Sequence(answer: [new Block(BlockType.Text, $"```python\n{Wrong}```")]);
        Assert.Equal(
            ["The final code does not pass the tests of 'test/double': AssertionError."],
            await new TaskRunner(sandbox, Double).FindFaultsAsync(wrong)
        );
    }

    [Fact]
    public async Task FindFaultsAsync_WrongForm_NamesEachAndRunsNothing()
    {
        ScriptedSandbox sandbox = new(_ => Passed());
        TaskRunner runner = new(sandbox, Double);
        Block[] attempts = [new Block(BlockType.Execution, "x"), new Block(BlockType.Code, Wrong), new Block(BlockType.Text, "why")];
        Conversation wrong = Sequence(attempts, [new Block(BlockType.Text, " ")]) with { Type = SampleType.Generation };
        Assert.Equal(
            [
                "The type is Generation; expected Reflection.",
                "Message 3 is empty.",
                "Block 0 of the reflection is an execution with no code before it.",
                "Block 1 of the reflection is code with no execution behind it.",
                "The last message holds no code; expected a code block or a fence in its text.",
            ],
            await runner.FindFaultsAsync(wrong)
        );
        Assert.Equal(["The reflection holds no code block."], await runner.FindFaultsAsync(Sequence([new Block(BlockType.Text, "a")])));
        Assert.Equal(
            ["The messages are of [User, Assistant]; expected [User, Assistant, User, Assistant]."],
            await runner.FindFaultsAsync(new Conversation([.. Sequence().Messages.Take(2)], SampleType.Reflection))
        );
        Assert.Empty(sandbox.Sources);
    }

    [Fact]
    public async Task RunAsync_RealSandbox_ShowsWhatPythonPrinted()
    {
        fixture.SkipIfUnavailable();
        TaskRunner runner = new(fixture.Sandbox, Double) { ShownCalls = 1 };
        TaskExecution wrong = await runner.RunAsync(Wrong);
        Assert.False(wrong.Passed);
        Assert.StartsWith("4\nTraceback (most recent call last):\n  File \"", wrong.Output, StringComparison.Ordinal);
        Assert.Equal(("AssertionError", "assert double(3) == 6"), (wrong.Error!.Type, wrong.Error.Statement));
        TaskExecution right = await runner.RunAsync(Right);
        Assert.True(right.Passed);
        Assert.Equal("4\nAll tests passed.\n", right.Output);
    }

    [Fact]
    public async Task FindFaultsAsync_RealSandbox_FindsNoneInOurAuthorsSequence()
    {
        fixture.SkipIfUnavailable();
        ReflectionDraft draft = await new MutationAuthor(fixture.Sandbox).WriteAsync(Double, 0);
        Assert.Empty(await new TaskRunner(fixture.Sandbox, Double).FindFaultsAsync(draft.Conversation!));
    }

    private static Conversation Sequence(Block[]? attempts = null, Block[]? answer = null) =>
        new(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, Double.Instruction)]),
                new Message(
                    MessageRole.Assistant,
                    attempts
                        ??
                        [
                            new Block(BlockType.Text, "First"),
                            new Block(BlockType.Code, Wrong),
                            new Block(BlockType.Execution, "AssertionError"),
                            new Block(BlockType.Code, Right),
                            new Block(BlockType.Execution, "All tests passed."),
                        ]
                ),
                new Message(MessageRole.User, [new Block(BlockType.Text, Double.Instruction)]),
                new Message(MessageRole.Assistant, answer ?? [new Block(BlockType.Text, $"The code:\n```python\n{Right}```\nDone.")]),
            ],
            SampleType.Reflection
        );
}
