using Microsoft.Extensions.AI;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Tests.Construction.Calls;

/// <summary>What was paid for is kept, and nothing is paid for that can't be kept.</summary>
public sealed class PaidAnswerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task GetResponseAsync_JournalOfNoRun_AsksNothing()
    {
        using RespondingChatClient model = new(() => Task.FromResult(Answer("hello")));
        using ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        using AuthorChatClient client = new(model, new AuthorChatOptions(), journal);

        await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync(client));
        Assert.Equal(0, model.Asked);
    }

    [Fact]
    public async Task GetResponseAsync_JournalCannotBeWritten_EndsTheRunWithoutAnotherRequest()
    {
        using ConstructionJournal journal = Begin();
        using RespondingChatClient model = new(() =>
        {
            journal.Dispose();
            return Task.FromResult(Answer("hello"));
        });
        using AuthorChatClient client = new(model, new AuthorChatOptions { RetryDelay = TimeSpan.FromMilliseconds(1) }, journal);

        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client));

        Assert.True(exception.IsFatal);
        Assert.Equal(1, model.Asked);
    }

    [Fact]
    public async Task GetResponseAsync_Refusal_IsAnAnswer()
    {
        using RespondingChatClient model = new(() =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [new ErrorContent("I can't.")])))
        );
        using ConstructionJournal journal = Begin();
        using AuthorChatClient client = new(model, new AuthorChatOptions(), journal);

        _ = await AskAsync(client);
        ChatResponse replayed = await AskAsync(client);

        Assert.Equal("I can't.", Assert.IsType<ErrorContent>(Assert.Single(replayed.Messages[0].Contents)).Message);
        Assert.Equal(1, model.Asked);
    }

    [Fact]
    public async Task GetResponseAsync_RequestsUnderWay_CountTowardsMaxCost()
    {
        TaskCompletionSource<ChatResponse> answer = new();
        using RespondingChatClient model = new(() => answer.Task);
        using AuthorChatClient client = new(model, Priced with { MaxCost = 25 });

        Task<ChatResponse>[] calls = [AskAsync(client, 10), AskAsync(client, 10), AskAsync(client, 10)];
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(2, model.Asked);
        answer.SetResult(Answer("four characters a token."));
        await Task.WhenAll(calls);

        Assert.Equal(18, client.Usage.Cost);
        Assert.True((await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, 10))).IsFatal);
        Assert.Equal(3, model.Asked);
    }

    [Fact]
    public async Task GetResponseAsync_LimitReached_WaitsForAnswersUnderWayAndSendsNoMore()
    {
        TaskCompletionSource<ChatResponse> answer = new();
        using RespondingChatClient model = new(() => answer.Task);
        using ConstructionJournal journal = Begin();
        using AuthorChatClient client = new(model, new AuthorChatOptions { MaxTotalTokens = 50 }, journal);

        Task<ChatResponse> paid = AskAsync(client, 30);
        Task<ChatResponse> tooMuch = AskAsync(client, 31);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(tooMuch.IsCompleted);
        answer.SetResult(Answer("hello", new UsageDetails { InputTokenCount = 4, OutputTokenCount = 28 }));

        Assert.True((await Assert.ThrowsAsync<AuthorCallException>(() => tooMuch)).IsFatal);
        Assert.Equal("hello", (await paid).Text);
        Assert.True((await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, 1))).IsFatal);
        Assert.Equal(1, model.Asked);
        Assert.Equal("hello", (await AskAsync(client, 30)).Text);
    }

    [Fact]
    public async Task GetResponseAsync_EmptyAnswers_AreStillPaidForAfterARestart()
    {
        AuthorChatOptions options = Priced with { RetryDelay = TimeSpan.FromMilliseconds(1) };
        using RespondingChatClient model = new(() =>
            Task.FromResult(Answer("", new UsageDetails { InputTokenCount = 7, OutputTokenCount = 20 }))
        );
        using (ConstructionJournal journal = Begin())
        {
            using AuthorChatClient client = new(model, options, journal);
            AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, 1));
            Assert.False(exception.IsTransient);
            Assert.Equal((3, 21, 60, 60m), Spent(client));
        }

        using ConstructionJournal again = Begin();
        using AuthorChatClient second = new(model, options with { MaxCost = 60.5m }, again);
        Assert.Equal((3, 21, 60, 60m), Spent(second));
        Assert.True((await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(second, 1))).IsFatal);
        Assert.Equal(3, model.Asked);
    }

    [Theory]
    [InlineData("length")]
    [InlineData("content_filter")]
    public async Task GetResponseAsync_AnswerWithoutTextThatSaysWhy_IsPaidForOnce(string reason)
    {
        ChatResponse answer = Answer("", new UsageDetails { InputTokenCount = 7, OutputTokenCount = 20 });
        answer.FinishReason = new ChatFinishReason(reason);
        using RespondingChatClient model = new(() => Task.FromResult(answer));
        for (int run = 0; run < 2; run++)
        {
            using ConstructionJournal journal = Begin();
            using AuthorChatClient client = new(model, Priced, journal);
            Assert.Equal(reason, (await AskAsync(client)).FinishReason?.Value);
            Assert.Equal((1, 7, 20, 20m), Spent(client));
        }

        Assert.Equal(1, model.Asked);
    }

    [Fact]
    public async Task GetResponseAsync_EmptyThenAnAnswer_CountsBoth()
    {
        int asked = 0;
        using RespondingChatClient model = new(() =>
            Task.FromResult(Answer(asked++ == 0 ? "" : "hello", new UsageDetails { OutputTokenCount = 5 }))
        );
        using (ConstructionJournal journal = Begin())
        {
            using AuthorChatClient client = new(model, Priced with { RetryDelay = TimeSpan.FromMilliseconds(1) }, journal);
            Assert.Equal("hello", (await AskAsync(client)).Text);
        }

        using ConstructionJournal again = Begin();
        using AuthorChatClient second = new(model, Priced, again);
        Assert.Equal("hello", (await AskAsync(second)).Text);
        Assert.Equal(10, second.Usage.OutputTokens);
        Assert.Equal(2, second.Usage.Calls);
    }

    [Fact]
    public async Task GetResponseAsync_MaxTotalTokens_EndsTheRunBeforeItIsExceeded()
    {
        AuthorChatOptions options = new() { MaxTotalTokens = 60 };
        using RespondingChatClient model = new(() =>
            Task.FromResult(Answer("hello", new UsageDetails { InputTokenCount = 10, OutputTokenCount = 20 }))
        );
        using (ConstructionJournal journal = Begin())
        {
            using AuthorChatClient client = new(model, options, journal);
            _ = await AskAsync(client, 20);
        }

        using ConstructionJournal again = Begin();
        using AuthorChatClient second = new(model, options, again);
        _ = await AskAsync(second, 20);
        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(second, 30));

        Assert.True(exception.IsFatal);
        Assert.StartsWith("The limit MaxTotalTokens of 60 is reached: 30 are used", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, model.Asked);
    }

    [Fact]
    public async Task GetResponseAsync_TwoClientsOfAJournal_CountTogetherAndSendOnce()
    {
        TaskCompletionSource<ChatResponse> answer = new();
        using RespondingChatClient model = new(() => answer.Task);
        using ConstructionJournal journal = Begin();
        using AuthorChatClient first = new(model, Priced with { MaxCost = 25 }, journal);
        using AuthorChatClient second = new(model, Priced with { MaxCost = 25 }, journal);

        Task<ChatResponse> one = AskAsync(first, 20);
        Task<ChatResponse> equal = AskAsync(second, 20);
        Task<ChatResponse> other = AskAsync(second, 10);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(1, model.Asked);
        answer.SetResult(Answer("hello", new UsageDetails { InputTokenCount = 1, OutputTokenCount = 3 }));

        Assert.All(await Task.WhenAll(one, equal, other), response => Assert.Equal("hello", response.Text));
        Assert.Equal(2, model.Asked);
        Assert.Equal((2, 2, 6, 6m), Spent(second));
        Assert.Equal(Spent(first), Spent(second));
    }

    [Fact]
    public async Task GetResponseAsync_UsageNotSaid_CountsReasoningToo()
    {
        ChatMessage message = new(ChatRole.Assistant, [new TextReasoningContent(new string('r', 400)), new TextContent("1234")]);
        using RespondingChatClient model = new(() => Task.FromResult(new ChatResponse(message)));
        using AuthorChatClient client = new(model, Priced);

        _ = await AskAsync(client);

        Assert.Equal(101, client.Usage.OutputTokens);
    }

    [Fact]
    public async Task Record_EqualProgramsAtOnce_GoOnFromOneRun()
    {
        TaskCompletionSource[] ends = [new(), new()];
        int ran = 0;
        using ConstructionJournal journal = Begin();
        ICodeSandbox sandbox = journal.Record(new SlowSandbox(ends, () => ran++));

        Task<SandboxResult> first = sandbox.ExecuteAsync(new SandboxProgram("x"), null, TestContext.Current.CancellationToken);
        Task<SandboxResult> second = sandbox.ExecuteAsync(new SandboxProgram("x"), null, TestContext.Current.CancellationToken);
        ends[1].SetResult();
        SandboxResult kept = await second;
        ends[0].SetResult();

        Assert.Equal("run 1", kept.StandardOutput);
        Assert.Equal(kept, await first);
        Assert.Equal(kept, await sandbox.ExecuteAsync(new SandboxProgram("x"), null, TestContext.Current.CancellationToken));
        Assert.Equal(2, ran);
    }

    private static AuthorChatOptions Priced => new() { InputPrice = 0, OutputPrice = 1_000_000 };

    private static (long Calls, long Input, long Output, decimal? Cost) Spent(AuthorChatClient client) =>
        (client.Usage.Calls, client.Usage.InputTokens, client.Usage.OutputTokens, client.Usage.Cost);

    private static ChatResponse Answer(string text, UsageDetails? usage = null) =>
        new(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = ChatFinishReason.Stop, Usage = usage };

    private static Task<ChatResponse> AskAsync(IChatClient client, int? most = null) =>
        client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, "hi")],
            new ChatOptions { MaxOutputTokens = most },
            TestContext.Current.CancellationToken
        );

    private ConstructionJournal Begin()
    {
        ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        journal.Claim("test");
        return journal;
    }

    private sealed class SlowSandbox(TaskCompletionSource[] ends, Func<int> next) : ICodeSandbox
    {
        public async Task<SandboxResult> ExecuteAsync(
            SandboxProgram program,
            SandboxLimits? limits = null,
            CancellationToken cancellationToken = default
        )
        {
            int number = next();
            await ends[number].Task;
            return new SandboxResult(SandboxOutcome.Passed, 0, $"run {number}", "", false, TimeSpan.Zero);
        }
    }
}
