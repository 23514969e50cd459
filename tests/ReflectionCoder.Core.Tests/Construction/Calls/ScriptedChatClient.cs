using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Tests.Construction.Calls;

/// <summary>A chat client that answers by a function of the conversation.</summary>
internal sealed class ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, ChatOptions?, Task<string>> answer) : IChatClient
{
    public ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, string> answer)
        : this((messages, _) => Task.FromResult(answer(messages))) { }

    public ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, Task<string>> answer)
        : this((messages, _) => answer(messages)) { }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    ) =>
        new(new ChatMessage(ChatRole.Assistant, await answer([.. messages], options).WaitAsync(cancellationToken)))
        {
            FinishReason = ChatFinishReason.Stop,
        };

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() { }
}
