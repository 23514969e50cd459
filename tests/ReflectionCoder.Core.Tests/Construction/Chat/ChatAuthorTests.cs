using Microsoft.Extensions.AI;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Construction.Chat;
using ReflectionCoder.Sandbox;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.Sandbox;

namespace ReflectionCoder.Tests.Construction.Chat;

public sealed class ChatAuthorTests(SandboxFixture fixture) : IClassFixture<SandboxFixture>
{
    private const string Wrong = "Plan.\n```python\ndef f(x):\n    return x + 2\n```";
    private const string Right = "The sum is wrong.\n```python\ndef f(x):\n    return 2 * x\n```";
    private const string WrongTested = Wrong + "\n```python\nassert f(2) == 4\nassert f(3) == 6\n```";
    private const string RightTested = Right + "\n```python\nassert f(2) == 4\nassert f(3) == 6\n```";

    private static readonly ProgrammingTask Untested = new() { TaskId = "t", Instruction = "Write `f(x)` as in {output}." };
    private static readonly ProgrammingTask Tested = Untested with { Asserts = ["assert f(2) == 4", "assert f(3) == 6"] };

    public static TheoryData<string, string[]> Faults =>
        new()
        {
            { "EmptyAnswer", [" "] },
            { "EmptyAnswer", ["<think>hm"] },
            { "NoCode", ["Call it twice."] },
            { "Refused", ["I can't help with that."] },
            { "NoTests", [Right] },
            { "NoTests", [Right + "\n```python\ndef test_f():\n    assert f(2) == 4\n```"] },
            { "TestsUnrelated", [Right + "\n```python\nassert True\n```"] },
            { "TestsWeakened", [WrongTested, Right + "\n```python\nassert f(2) == 4\n```"] },
            { "NoAnalysis", [WrongTested, "```python\ndef f(x):\n    return 2 * x\n```"] },
            { "RoundsExhausted", [WrongTested, WrongTested, WrongTested, WrongTested] },
            { "FinalCodeFailed", [RightTested, Wrong] },
            { "SeveralCodeBlocks", [RightTested, RightTested] },
            { "MentionsEarlierWork", [RightTested, Right + "\nThis is the corrected version."] },
            { "FenceInCode", [RightTested, "~~~python\ndef f(x):\n    '''\n```\n    '''\n    return 2 * x\n~~~"] },
        };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task WriteAsync_FaultyAnswer_GivesItsReason(string reason, string[] answers)
    {
        ReflectionDraft draft = await new ChatAuthor(new ScriptedChatClient(answers), Runner()).WriteAsync(Untested, 0);
        Assert.Null(draft.Conversation);
        Assert.Equal((reason, false), (draft.Reason, draft.IsTransient));
        Assert.Equal(1, draft.Rejections[reason]);
        Assert.NotEmpty(draft.Detail!);

        // What was paid for last is there to be looked at.
        string last = AuthorAnswer.Read(answers[^1], "python").Code is [.., string code] ? code : "";
        Assert.Contains(last, string.Join('\n', draft.Attempts.Select(block => block.Content)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SandboxOutcome.ToolchainMissing, "", false, "NotRun", true)]
    [InlineData(SandboxOutcome.SandboxFailure, "", false, "NotRun", true)]
    [InlineData(SandboxOutcome.WallTimeExceeded, "", false, "LimitReached", false)]
    [InlineData(SandboxOutcome.Failed, "cut", true, "OutputTruncated", false)]
    [InlineData(SandboxOutcome.Failed, "at 0x7f12ab34cd56", false, "OutputShowsAddress", false)]
    [InlineData(SandboxOutcome.Failed, "0123456789012345678901234567890", false, "OutputTooLong", false)]
    public async Task WriteAsync_UnusableRun_GivesItsReason(SandboxOutcome outcome, string output, bool cut, string reason, bool transient)
    {
        ScriptedSandbox sandbox = new(_ => new SandboxResult(outcome, 1, output, "", cut, TimeSpan.Zero));
        ChatAuthor author = new(new ScriptedChatClient(Wrong), sandbox, new ChatAuthorOptions { MaxExecutionBytes = 30 });
        ReflectionDraft draft = await author.WriteAsync(Tested, 0);
        Assert.Equal((reason, transient), (draft.Reason, draft.IsTransient));
        Assert.Contains(draft.Attempts, block => block.Type == BlockType.Code);
    }

    [Fact]
    public async Task WriteAsync_FailedCall_IsTransientUnlessFatalOrTooLong()
    {
        ReflectionDraft failed = await WriteAsync(new AuthorCallException("429", isTransient: true));
        Assert.Equal(("CallFailed", true, "429"), (failed.Reason, failed.IsTransient, failed.Detail));
        ReflectionDraft tooLong = await WriteAsync(new ArgumentException("no room"));
        Assert.Equal(("PromptTooLong", false), (tooLong.Reason, tooLong.IsTransient));
        await Assert.ThrowsAsync<AuthorCallException>(() => WriteAsync(new AuthorCallException("key", isFatal: true)));

        static Task<ReflectionDraft> WriteAsync(Exception exception) =>
            new ChatAuthor(new ScriptedChatClient(exception), Runner()).WriteAsync(Tested, 0);
    }

    [Fact]
    public async Task WriteAsync_FinishReason_IsAReason()
    {
        ScriptedChatClient cut = new(Right) { Finish = ChatFinishReason.Length };
        Assert.Equal("AnswerCut", (await new ChatAuthor(cut, Runner()).WriteAsync(Tested, 0)).Reason);
        ScriptedChatClient filtered = new("") { Finish = ChatFinishReason.ContentFilter };
        Assert.Equal("Refused", (await new ChatAuthor(filtered, Runner()).WriteAsync(Tested, 0)).Reason);
    }

    [Fact]
    public async Task WriteAsync_OptionsForbidTheSequence_SaysSo()
    {
        ScriptedChatClient soon = new(Right);
        ChatAuthor author = new(soon, Runner(), new ChatAuthorOptions { MinAttempts = 2 });
        Assert.Equal("PassedTooSoon", (await author.WriteAsync(Tested, 0)).Reason);
        Assert.Single(soon.Asked);
        author = new(new ScriptedChatClient(Right, Right), Runner(), new ChatAuthorOptions { MaxSequenceTokens = 9 });
        Assert.Equal("SequenceTooLong", (await author.WriteAsync(Tested, 0)).Reason);
    }

    [Fact]
    public async Task WriteAsync_EqualAnswers_AskAlikeWithASeedACall()
    {
        ScriptedChatClient[] clients = [new(Wrong, Right, Right), new(Wrong, Right, Right), new(Wrong, Right, Right)];
        await new ChatAuthor(clients[0], Runner()).WriteAsync(Tested, 0);
        await new ChatAuthor(clients[1], Runner()).WriteAsync(Tested, 0);
        await new ChatAuthor(clients[2], Runner()).WriteAsync(Tested, 1);
        Assert.Equal(clients[0].Asked, clients[1].Asked);
        Assert.Equal(6, clients[0].Asked.Concat(clients[2].Asked).Select(call => call.Seed).Distinct().Count());
        Assert.All(clients[0].Asked, call => Assert.DoesNotContain("system:", call.Messages));
        Assert.Contains("Write `f(x)` as in {output}.", clients[0].Asked[2].Messages);
        Assert.DoesNotContain("---", clients[0].Asked[2].Messages);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteAsync_RealPython_KeepsTheCorrectedSequence(bool hasTests)
    {
        fixture.SkipIfUnavailable();
        ScriptedChatClient client = hasTests ? new(Wrong, Right, Right) : new(WrongTested, RightTested, Right);
        ReflectionDraft draft = await new ChatAuthor(client, fixture.Sandbox).WriteAsync(hasTests ? Tested : Untested, 0);
        Assert.Null(draft.Detail);
        Assert.Equal(hasTests ? TestOrigin.Task : TestOrigin.Author, draft.Tests);
        IReadOnlyList<Block> attempts = draft.Conversation!.Messages[1].Content;
        BlockType[] types = [BlockType.Text, BlockType.Code, BlockType.Execution];
        Assert.Equal([.. types, .. types], attempts.Select(block => block.Type));
        Assert.Contains("AssertionError", attempts[2].Content);
        Assert.Contains("AssertionError", client.Asked[1].Messages);
        Assert.Empty(await new TaskRunner(fixture.Sandbox, Tested).FindFaultsAsync(draft.Conversation));
    }

    [Fact]
    public void Constructor_BadTemplates_NamesThePlaceholders()
    {
        ChatAuthorPrompts prompts = new() { Repair = "Mend it.", Answer = "{instruction} {tests} {test}" };
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(() =>
            new ChatAuthor(new ScriptedChatClient(), Runner(), new ChatAuthorOptions { Prompts = prompts })
        );
        Assert.Equal(["Prompts.Repair", "Prompts.Answer"], exception.Errors.Select(error => error.Name));
        Assert.Contains("{output}", exception.Errors[0].Range);
        Assert.Contains("{test}", exception.Errors[1].Range);
        Assert.Contains("Mend", new ChatAuthor(new ScriptedChatClient(), Runner(), Mended()).Identity);

        static ChatAuthorOptions Mended() => new() { Prompts = new() { Repair = "Mend {output}" } };
    }

    /// <summary>Passes programs that double by a product.</summary>
    private static ScriptedSandbox Runner() =>
        new(source => source.Contains("2 * x") ? ScriptedSandbox.Passed() : ScriptedSandbox.Failed("AssertionError"));
}
