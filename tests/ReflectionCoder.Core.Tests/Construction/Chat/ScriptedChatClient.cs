using Microsoft.Extensions.AI;

namespace ReflectionCoder.Tests.Construction.Chat;

/// <summary>Gives the answers of a script in order, and remembers what it was asked.</summary>
internal sealed class ScriptedChatClient(params object[] answers) : IChatClient
{
    public List<(string Messages, long? Seed)> Asked { get; } = [];

    public ChatFinishReason Finish { get; init; } = ChatFinishReason.Stop;

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        Asked.Add((string.Join("\n---\n", messages.Select(message => $"{message.Role}: {message.Text}")), options?.Seed));
        return answers[Asked.Count - 1] is Exception exception
            ? Task.FromException<ChatResponse>(exception)
            : Task.FromResult(
                new ChatResponse(new ChatMessage(ChatRole.Assistant, (string)answers[Asked.Count - 1])) { FinishReason = Finish }
            );
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted", null, "m") : null;

    public void Dispose() { }
}
