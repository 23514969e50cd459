namespace ReflectionCoder.Sequences;

/// <summary>The answer in one go that a reflection sequence ends in.</summary>
public static class OneOffForm
{
    /// <summary>Keeps the last user message and the last assistant message: the re-answer instruction and the final code.</summary>
    /// <param name="conversation">A conversation that ends in an assistant message with a user message somewhere before it.</param>
    /// <returns>Two messages, as a <see cref="SampleType.Generation"/> sample.</returns>
    /// <exception cref="ArgumentException">The conversation lacks one of the two, or ends otherwise.</exception>
    public static Conversation Of(Conversation conversation)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        Message? user = conversation.Messages.LastOrDefault(message => message.Role == MessageRole.User);
        Message? answer = conversation.Messages.Count > 0 ? conversation.Messages[^1] : null;
        if (user is null || answer is not { Role: MessageRole.Assistant })
        {
            throw new ArgumentException("A conversation has a one-off form when it has a user message and ends in an assistant message.", nameof(conversation));
        }

        return new Conversation([user, answer], SampleType.Generation);
    }
}
