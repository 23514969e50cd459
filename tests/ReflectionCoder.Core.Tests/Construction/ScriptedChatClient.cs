using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Tests.Construction;

/// <summary>A chat client that answers by a function of the conversation, and remembers what it was asked.</summary>
internal sealed class ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, ChatOptions?, Task<string>> answer) : IChatClient
{
    private readonly List<(string Messages, long? Seed)> asked = [];

    public ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, string> answer)
        : this((messages, _) => Task.FromResult(answer(messages))) { }

    public ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, Task<string>> answer)
        : this((messages, _) => answer(messages)) { }

    /// <summary>Gives the answers in order; an exception among them is thrown in its turn.</summary>
    public ScriptedChatClient(params IReadOnlyList<object> answers)
        : this(InOrder(answers)) { }

    /// <summary>The requests: messages behind their roles, and the seed.</summary>
    public IReadOnlyList<(string Messages, long? Seed)> Asked
    {
        get
        {
            lock (asked)
            {
                return [.. asked];
            }
        }
    }

    public ChatFinishReason Finish { get; init; } = ChatFinishReason.Stop;

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        List<ChatMessage> sent = [.. messages];
        lock (asked)
        {
            asked.Add((string.Join("\n---\n", sent.Select(message => $"{message.Role}: {message.Text}")), options?.Seed));
        }

        string text = await answer(sent, options).WaitAsync(cancellationToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = Finish };
    }

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

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("scripted", null, "m") : null;

    public void Dispose() { }

    private static Func<IReadOnlyList<ChatMessage>, ChatOptions?, Task<string>> InOrder(IReadOnlyList<object> answers)
    {
        int next = -1;
        return (_, _) =>
            answers[Interlocked.Increment(ref next)] is var answer && answer is Exception exception
                ? Task.FromException<string>(exception)
                : Task.FromResult((string)answer);
    }
}
