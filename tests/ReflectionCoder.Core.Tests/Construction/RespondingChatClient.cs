using Microsoft.Extensions.AI;

namespace ReflectionCoder.Tests.Construction;

/// <summary>A chat client that answers by a function with whole responses, and counts the requests.</summary>
internal sealed class RespondingChatClient(Func<Task<ChatResponse>> answer) : IChatClient
{
    private int asked;

    public int Asked => Volatile.Read(ref asked);

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Interlocked.Increment(ref asked);
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
