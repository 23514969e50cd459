using Microsoft.Extensions.AI;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Tokens of a request: guessed before it is sent, and afterwards where the server doesn't count them.</summary>
internal static class CallEstimate
{
    private const int CharactersPerToken = 4;
    private const int TokensPerMessage = 4;
    private const int UsualAnswer = 1024;

    public static int Input(IReadOnlyList<ChatMessage> messages) =>
        messages.Sum(message => TokensPerMessage + (message.Text.Length / CharactersPerToken));

    public static int Output(ChatOptions? options) => options?.MaxOutputTokens ?? UsualAnswer;

    public static int Tokens(IReadOnlyList<ChatMessage> messages, ChatOptions? options) => Input(messages) + Output(options);

    public static (long Input, long Output) Used(IReadOnlyList<ChatMessage> messages, ChatResponse response) =>
        (
            response.Usage?.InputTokenCount ?? Input(messages),
            response.Usage?.OutputTokenCount ?? (response.Text.Length / CharactersPerToken)
        );
}
