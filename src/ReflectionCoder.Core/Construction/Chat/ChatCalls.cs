using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Calls;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Construction.Chat;

/// <summary>The calls of the author's model for one sequence. An answer that can't be used ends the sequence.</summary>
internal sealed partial class ChatCalls(
    IChatClient client,
    ChatAuthorOptions options,
    ProgrammingTask task,
    int variant,
    CancellationToken cancellationToken
)
{
    private int calls;

    /// <summary>Asks the model; the answer has code.</summary>
    /// <exception cref="ChatRejectedException">There is no answer, or it can't be used.</exception>
    public async Task<AuthorAnswer> AskAsync(IEnumerable<ChatMessage> messages)
    {
        ChatResponse response = await CallAsync([.. messages]).ConfigureAwait(false);
        AuthorAnswer answer = AuthorAnswer.Read(response, task.Language);
        bool filtered = response.FinishReason == ChatFinishReason.ContentFilter;
        bool cut = response.FinishReason == ChatFinishReason.Length && !answer.HasInventedOutput;
        (ChatRejection Reason, string Detail)? fault =
            filtered ? (ChatRejection.Refused, $"A content filter stopped the answer. {ChatRejectedException.Excerpt(answer.Text)}")
            : cut ? (ChatRejection.AnswerCut, "The answer ends at the length limit.")
            : answer.Blocks.Count == 0 ? (ChatRejection.EmptyAnswer, "The answer has no text.")
            : answer.Code.Count > 0 ? null
            : Refusal().IsMatch(answer.Text) ? (ChatRejection.Refused, $"The model refused: {ChatRejectedException.Excerpt(answer.Text)}")
            : (ChatRejection.NoCode, $"The answer has no code: {ChatRejectedException.Excerpt(answer.Text)}");
        return fault is { } bad ? throw new ChatRejectedException(bad.Reason, bad.Detail) { Written = answer.Blocks } : answer;
    }

    private async Task<ChatResponse> CallAsync(IReadOnlyList<ChatMessage> messages)
    {
        string number = calls++.ToString(CultureInfo.InvariantCulture);
        StableRandom random = new($"{options.Seed}", task.TaskId, $"{variant}", number);
        ChatOptions request = new()
        {
            Seed = random.Next(int.MaxValue), // some servers read no more than 31 bits
            ModelId = options.ModelId,
            Temperature = options.Temperature,
            TopP = options.TopP,
            MaxOutputTokens = options.MaxOutputTokens,
        };
        try
        {
            return await client.GetResponseAsync(messages, request, cancellationToken).ConfigureAwait(false);
        }
        catch (AuthorCallException exception) when (!exception.IsFatal && IsTooLong(exception.InnerException))
        {
            throw new ChatRejectedException(ChatRejection.PromptTooLong, exception.InnerException!.Message);
        }
        catch (AuthorCallException exception) when (!exception.IsFatal)
        {
            throw new ChatRejectedException(ChatRejection.CallFailed, exception.Message) { IsTransient = exception.IsTransient };
        }
        catch (ArgumentException exception) when (IsTooLong(exception))
        {
            throw new ChatRejectedException(ChatRejection.PromptTooLong, exception.Message);
        }
    }

    /// <summary>Whether it says that a prompt has no room in a model of ours, whose exception is a plain argument exception here.</summary>
    private static bool IsTooLong(Exception? exception) =>
        exception is ArgumentException and not (InvalidOptionsException or ArgumentNullException or ArgumentOutOfRangeException);

    [GeneratedRegex(
        @"\b(I('m| am) (sorry|unable|not able)|I (can't|cannot|can’t|won't|won’t)|(can't|cannot|can’t) (help|assist)|as an AI)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Refusal();
}
