using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.Generate;

/// <summary>Samples as FineTune reads them; of each, the last assistant message is what a model is to write.</summary>
internal static class ConversationFile
{
    /// <summary>Reads the first so many, without their last assistant message and what follows it.</summary>
    /// <exception cref="InvalidDataException">There is none, or one has no user message before an assistant message.</exception>
    public static IReadOnlyList<Conversation> Read(string path, int most)
    {
        List<Conversation> conversations = [.. SequenceReader.Read(path).Take(most).Select((sample, i) => Open(sample, path, i + 1))];
        return conversations.Count > 0 ? conversations : throw new InvalidDataException($"{path} holds no sample.");
    }

    private static Conversation Open(Conversation sample, string path, int number)
    {
        Message[] before = [.. sample.Messages.Reverse().SkipWhile(message => message.Role != MessageRole.Assistant).Skip(1).Reverse()];
        return before.Length > 0
            ? sample with
            {
                Messages = before,
            }
            : throw new InvalidDataException(
                $"{path}, sample {number}: expected an assistant message, to be written anew, after a user message."
            );
    }
}
