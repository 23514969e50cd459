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
            Math.Max(0, response.Usage?.InputTokenCount ?? Input(messages)),
            Math.Max(0, response.Usage?.OutputTokenCount ?? (Written(response) / CharactersPerToken))
        );

    // Reasoning is paid for, too.
    private static long Written(ChatResponse response) =>
        response
            .Messages.SelectMany(message => message.Contents)
            .Sum(content =>
                content switch
                {
                    TextContent text => (long)text.Text.Length,
                    TextReasoningContent reasoning => reasoning.Text.Length,
                    _ => 0,
                }
            );
}
