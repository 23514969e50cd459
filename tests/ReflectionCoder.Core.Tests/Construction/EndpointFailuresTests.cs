using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using Microsoft.Extensions.AI;
using OpenAI;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Samples;
using ReflectionCoder.Tests.Construction.Calls;

namespace ReflectionCoder.Tests.Construction;

/// <summary>How the BuildReflections sample reads the exceptions of the real OpenAI client.</summary>
public sealed class EndpointFailuresTests
{
    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "0", 0)]
    [InlineData(500, null, null)]
    [InlineData(429, "soon", null)]
    public async Task Read_RefusedRequest_GivesStatusAndWait(int status, string? retryAfter, int? seconds)
    {
        AuthorCallFailure? read = EndpointFailures.Read(await FailAsync(status, retryAfter));
        Assert.Equal(new AuthorCallFailure(status, seconds is { } wait ? TimeSpan.FromSeconds(wait) : null), read);
    }

    [Fact]
    public async Task Read_DateToRetryAfter_GivesTheTimeUntilThen()
    {
        string date = DateTimeOffset.UtcNow.AddMinutes(2).ToString("R");
        TimeSpan? wait = EndpointFailures.Read(await FailAsync(429, date))?.RetryAfter;
        Assert.InRange(wait!.Value, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public void Read_OtherExceptions_KnowsNothing()
    {
        Assert.Null(EndpointFailures.Read(new HttpRequestException("no", null, HttpStatusCode.TooManyRequests)));
        Assert.Null(EndpointFailures.Read(new ClientResultException("no response")));
    }

    /// <summary>Over real HTTP: the endpoint's wish of no wait counts instead of a minute's.</summary>
    [Fact]
    public async Task GetResponseAsync_EndpointSaysWhenToRetry_WaitsNoLonger()
    {
        using FaultyEndpoint endpoint = new(_ => "hello", (_, number) => number < 2 ? EndpointFault.TooManyRequests : EndpointFault.None);
        AuthorChatOptions options = new()
        {
            RetryDelay = TimeSpan.FromMinutes(1),
            MaxRetryDelay = TimeSpan.FromMinutes(1),
            ReadFailure = EndpointFailures.Read,
        };
        using AuthorChatClient client = new(Client(new OpenAIClientOptions { Endpoint = endpoint.Address }), options);

        CancellationToken token = TestContext.Current.CancellationToken;
        ChatResponse response = await client.GetResponseAsync("hi", cancellationToken: token).WaitAsync(TimeSpan.FromSeconds(20), token);

        Assert.Equal("hello", response.Text);
        Assert.Equal(3, endpoint.Calls.Count);
    }

    private static async Task<Exception> FailAsync(int status, string? retryAfter)
    {
        using HttpClient http = new(new Refusing(status, retryAfter));
        using IChatClient client = Client(new OpenAIClientOptions { Transport = new HttpClientPipelineTransport(http) });
        return await Assert.ThrowsAsync<ClientResultException>(() =>
            client.GetResponseAsync("hi", cancellationToken: TestContext.Current.CancellationToken)
        );
    }

    private static IChatClient Client(OpenAIClientOptions options)
    {
        options.RetryPolicy = new ClientRetryPolicy(0);
        return new OpenAIClient(new ApiKeyCredential("key"), options).GetChatClient("scripted").AsIChatClient();
    }

    /// <summary>Answers each request with a status alone.</summary>
    private sealed class Refusing(int status, string? retryAfter) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = new((HttpStatusCode)status) { Content = new StringContent("{}") };
            if (retryAfter is not null)
            {
                response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            }

            return Task.FromResult(response);
        }
    }
}
