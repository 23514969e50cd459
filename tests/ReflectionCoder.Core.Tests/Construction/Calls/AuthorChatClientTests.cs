using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Calls;

namespace ReflectionCoder.Tests.Construction.Calls;

public sealed class AuthorChatClientTests : IDisposable
{
    private static readonly AuthorChatOptions Quick = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        RequestTimeout = TimeSpan.FromSeconds(20),
        InputPrice = 1,
        OutputPrice = 2,
        ReadFailure = exception => exception is ClientResultException { Status: > 0 } failed ? new AuthorCallFailure(failed.Status) : null,
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData((int)EndpointFault.TooManyRequests)]
    [InlineData((int)EndpointFault.ServerError)]
    [InlineData((int)EndpointFault.CutBody)]
    [InlineData((int)EndpointFault.MalformedJson)]
    [InlineData((int)EndpointFault.NoChoice)]
    public async Task GetResponseAsync_FaultThatPasses_IsTriedAgain(int fault)
    {
        using FaultyEndpoint endpoint = new(_ => "hello", (_, number) => number < 2 ? (EndpointFault)fault : EndpointFault.None);
        using AuthorChatClient client = new(Client(endpoint), Quick);

        ChatResponse response = await AskAsync(client, "hi");

        Assert.Equal("hello", response.Text);
        Assert.Equal(3, endpoint.Calls.Count);
        Assert.Equal(2, client.Usage.FailedRequests);
    }

    [Fact]
    public async Task GetResponseAsync_Hang_IsTriedAgainAfterTheTimeLimit()
    {
        using FaultyEndpoint endpoint = new(_ => "hello", (_, number) => number == 0 ? EndpointFault.Hang : EndpointFault.None);
        using AuthorChatClient client = new(Client(endpoint), Quick with { RequestTimeout = TimeSpan.FromSeconds(2) });

        Assert.Equal("hello", (await AskAsync(client, "hi")).Text);
        Assert.Equal(1, client.Usage.FailedRequests);
    }

    [Fact]
    public async Task GetResponseAsync_NothingButFailures_EndsTheRunUnlessAnAnswerComesBetween()
    {
        bool answers = false;
        using FaultyEndpoint endpoint = new(_ => "hello", (_, _) => answers ? EndpointFault.None : EndpointFault.ServerError);
        using AuthorChatClient client = new(Client(endpoint), Quick with { MaxRetries = 0, MaxFailuresInRow = 3 });
        await FailAsync(isFatal: false);
        await FailAsync(isFatal: false);
        answers = true;
        await AskAsync(client, "hi");
        answers = false;
        await FailAsync(isFatal: false);
        await FailAsync(isFatal: false);
        AuthorCallException last = await FailAsync(isFatal: true);
        Assert.Contains("3 requests in a row", last.Message, StringComparison.Ordinal);
        Assert.Contains("HTTP 500", last.Message, StringComparison.Ordinal);

        async Task<AuthorCallException> FailAsync(bool isFatal)
        {
            AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, "hi"));
            Assert.Equal(isFatal, exception.IsFatal);
            return exception;
        }
    }

    [Fact]
    public async Task GetResponseAsync_FaultThatStays_EndsWithWhatTheServerSaid()
    {
        using FaultyEndpoint endpoint = new(_ => "hello", (_, _) => EndpointFault.ServerError);
        using AuthorChatClient client = new(Client(endpoint), Quick with { MaxRetries = 2 });

        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, "hi"));

        Assert.Contains("HTTP 500", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsFatal);
        Assert.Equal(3, endpoint.Calls.Count);
    }

    [Theory]
    [InlineData(401, true, 1)]
    [InlineData(404, true, 1)]
    [InlineData(400, false, 1)]
    [InlineData(503, false, 4)]
    public async Task GetResponseAsync_Status_DecidesWhatFollows(int status, bool isFatal, int requests)
    {
        int asked = 0;
        using ScriptedChatClient inner = new(
            (_, _) =>
            {
                asked++;
                throw new HttpRequestException("no", null, (System.Net.HttpStatusCode)status);
            }
        );
        using AuthorChatClient client = new(inner, Quick with { MaxRetries = 3 });

        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, "hi"));

        Assert.Equal((isFatal, !isFatal), (exception.IsFatal, exception.IsTransient));
        Assert.Equal(requests, asked);
    }

    [Theory]
    [InlineData((int)EndpointFault.CutBody)]
    [InlineData((int)EndpointFault.MalformedJson)]
    [InlineData((int)EndpointFault.NoChoice)]
    public async Task GetResponseAsync_BadAnswersThatStay_MayBeAskedForAgainLater(int fault)
    {
        using FaultyEndpoint endpoint = new(_ => "hello", (_, _) => (EndpointFault)fault);
        using AuthorChatClient client = new(Client(endpoint), Quick with { MaxRetries = 1 });

        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, "hi"));

        Assert.Equal((false, true), (exception.IsFatal, exception.IsTransient));
        Assert.Equal(2, endpoint.Calls.Count);
    }

    [Fact]
    public async Task GetResponseAsync_RequestThatIsTooLong_StaysSo()
    {
        using ScriptedChatClient inner = new((_, _) => throw new ArgumentException("the prompt is too long"));
        using AuthorChatClient client = new(inner, Quick);

        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, "hi"));

        Assert.Equal((false, false), (exception.IsFatal, exception.IsTransient));
    }

    [Fact]
    public async Task GetResponseAsync_RetryAfter_IsTheWait()
    {
        int asked = 0;
        using ScriptedChatClient inner = new(_ => asked++ == 0 ? throw new HttpRequestException("x") : "hello");
        AuthorChatOptions options = Quick with
        {
            RetryDelay = TimeSpan.FromMinutes(1),
            MaxRetryDelay = TimeSpan.FromMinutes(1),
            ReadFailure = _ => new AuthorCallFailure(429, TimeSpan.FromMilliseconds(1)),
        };
        using AuthorChatClient client = new(inner, options);

        Assert.Equal(
            "hello",
            (await AskAsync(client, "hi").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Text
        );
    }

    [Fact]
    public async Task GetResponseAsync_AnswerInTheJournal_IsNotAskedAgain()
    {
        using FaultyEndpoint endpoint = new(body => "answer to " + body["messages"]![0]!["content"]);
        AuthorUsage first;
        using (ConstructionJournal journal = Begin())
        {
            using AuthorChatClient client = new(Client(endpoint), Quick, journal);
            await AskAsync(client, "a");
            await AskAsync(client, "b");
            await AskAsync(client, "a", seed: 5);
            first = client.Usage;
        }

        using ConstructionJournal again = Begin();
        using AuthorChatClient second = new(Client(endpoint), Quick, again);
        ChatResponse response = await AskAsync(second, "a", seed: 5);

        Assert.StartsWith("answer to ", response.Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal(3, endpoint.Calls.Count);
        Assert.Equal((3L, 300L, 150L, 0.0006m), (first.Calls, first.InputTokens, first.OutputTokens, first.Cost!.Value));
        Assert.Equal(first with { ReusedCalls = 1 }, second.Usage);
    }

    [Fact]
    public async Task GetResponseAsync_EqualRequestsAtOnce_AreSentOnce()
    {
        TaskCompletionSource release = new();
        int asked = 0;
        using ScriptedChatClient inner = new(async _ =>
        {
            Interlocked.Increment(ref asked);
            await release.Task;
            return "hello";
        });
        using ConstructionJournal journal = Begin();
        using AuthorChatClient client = new(inner, Quick, journal);

        Task<ChatResponse>[] calls = [.. Enumerable.Range(0, 5).Select(_ => AskAsync(client, "hi"))];
        release.SetResult();
        ChatResponse[] responses = await Task.WhenAll(calls);

        Assert.All(responses, response => Assert.Equal("hello", response.Text));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task GetResponseAsync_ManyAtOnce_StayWithinTheLimit()
    {
        using FaultyEndpoint endpoint = new(_ => "hello");
        using AuthorChatClient client = new(Client(endpoint), Quick with { MaxConcurrentRequests = 3 });

        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => AskAsync(client, $"{i}")));

        Assert.Equal(30, endpoint.Calls.Count);
        Assert.InRange(endpoint.MostInFlight, 1, 3);
    }

    [Fact]
    public async Task GetResponseAsync_MaxCost_EndsTheRunBeforeItIsExceeded()
    {
        using ScriptedChatClient inner = new(_ => "hello");
        using AuthorChatClient client = new(inner, Quick with { MaxCost = 0.0000001m });

        AuthorCallException exception = await Assert.ThrowsAsync<AuthorCallException>(() => AskAsync(client, "hi"));

        Assert.True(exception.IsFatal);
        Assert.Equal(0, client.Usage.Calls);
    }

    [Fact]
    public async Task GetResponseAsync_SeedNotSent_StillTellsRequestsApart()
    {
        List<long?> seeds = [];
        using ScriptedChatClient inner = new(
            (_, options) =>
            {
                seeds.Add(options?.Seed);
                return Task.FromResult("hello");
            }
        );
        using ConstructionJournal journal = Begin();
        using AuthorChatClient client = new(inner, Quick with { SendSeed = false }, journal);

        await AskAsync(client, "hi", seed: 1);
        await AskAsync(client, "hi", seed: 2);
        await AskAsync(client, "hi", seed: 1);

        Assert.Equal([null, null], seeds);
    }

    [Fact]
    public void Constructor_WrongOptions_AreAllNamed()
    {
        using ScriptedChatClient inner = new(_ => "hello");
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(() =>
            new AuthorChatClient(
                inner,
                new AuthorChatOptions
                {
                    MaxConcurrentRequests = 0,
                    MaxRetries = -1,
                    MaxCost = 1,
                }
            )
        );
        Assert.Equal(3, exception.Errors.Count);
    }

    private static IChatClient Client(FaultyEndpoint endpoint) =>
        new OpenAIClient(
            new ApiKeyCredential("key"),
            new OpenAIClientOptions { Endpoint = endpoint.Address, RetryPolicy = new ClientRetryPolicy(0) }
        )
            .GetChatClient("scripted")
            .AsIChatClient();

    private static Task<ChatResponse> AskAsync(IChatClient client, string text, long? seed = null) =>
        client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, text)],
            new ChatOptions { Seed = seed },
            TestContext.Current.CancellationToken
        );

    private ConstructionJournal Begin()
    {
        ConstructionJournal journal = ConstructionJournal.Open(Path.Combine(folder.Path, "journal.jsonl"));
        journal.Claim("test");
        return journal;
    }
}
