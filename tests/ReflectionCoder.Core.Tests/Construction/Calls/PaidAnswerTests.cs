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
        using Model model = new(() => Task.FromResult(Answer("hello")));
        using ConstructionJournal journal = ConstructionJournal.Open(folder.File("journal.jsonl"));
        using AuthorChatClient client = new(model, new AuthorChatOptions(), journal);

        await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync(client));
        Assert.Equal(0, model.Asked);
    }

    [Fact]
    public async Task GetResponseAsync_JournalCannotBeWritten_EndsTheRunWithoutAnotherRequest()
    {
        using ConstructionJournal journal = Begin();
        using Model model = new(() =>
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
        using Model model = new(() =>
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
        using Model model = new(() => answer.Task);
        AuthorChatOptions options = new()
        {
            InputPrice = 0,
            OutputPrice = 1_000_000,
            MaxCost = 25,
        };
        using AuthorChatClient client = new(model, options);

        Task<ChatResponse> first = AskAsync(client, 10);
        Task<ChatResponse> second = AskAsync(client, 10);
        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, 10));
        answer.SetResult(Answer("four characters a token."));
        await Task.WhenAll(first, second);
        _ = await AskAsync(client, 10);

        Assert.True(exception.IsFatal);
        Assert.Equal(3, model.Asked);
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

    private static ChatResponse Answer(string text) =>
        new(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = ChatFinishReason.Stop };

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

    private sealed class Model(Func<Task<ChatResponse>> answer) : IChatClient
    {
        public int Asked { get; private set; }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        )
        {
            Asked++;
            return answer();
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
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
