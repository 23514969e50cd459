using System.Text;
using ReflectionCoder.Sequences;
using ReflectionCoder.SourceCode;

namespace ReflectionCoder.Construction;

/// <summary>The form of a reflection sequence of any author: its messages, its length, and what is wrong with it.</summary>
internal static class ReflectionForm
{
    private static readonly MessageRole[] Roles = [MessageRole.User, MessageRole.Assistant, MessageRole.User, MessageRole.Assistant];

    /// <summary>A message of one text block.</summary>
    public static Message TextMessage(MessageRole role, string text) => new(role, [new Block(BlockType.Text, text)]);

    /// <summary>Length of a conversation, counting one token for each byte of content and for each marker, without bos and eos.</summary>
    public static int CountTokens(Conversation conversation) =>
        conversation.Messages.Sum(message => 2 + message.Content.Sum(block => 2 + Encoding.UTF8.GetByteCount(block.Content)));

    /// <summary>Everything that is wrong, in one sentence each.</summary>
    public static IReadOnlyList<string> FindFaults(Conversation conversation)
    {
        if (!conversation.Messages.Select(message => message.Role).SequenceEqual(Roles))
        {
            string roles = string.Join(", ", conversation.Messages.Select(message => message.Role));
            return [$"The messages are of [{roles}]; expected [{string.Join(", ", Roles)}]."];
        }

        List<string> faults = [];
        if (conversation.Type != SampleType.Reflection)
        {
            faults.Add($"The type is {conversation.Type}; expected {SampleType.Reflection}.");
        }

        foreach ((int index, Message message) in conversation.Messages.Index())
        {
            if (message.Content.Count == 0 || message.Content.All(block => string.IsNullOrWhiteSpace(block.Content)))
            {
                faults.Add($"Message {index} is empty.");
            }
        }

        faults.AddRange(AttemptFaults(conversation.Messages[1].Content));
        if (FinalCode(conversation) is null)
        {
            faults.Add("The last message holds no code; expected a code block or a fence in its text.");
        }

        return faults;
    }

    /// <summary>
    /// The code of the last message: its last code block, or else the first fenced program of its text. Null if there is no code.
    /// </summary>
    public static string? FinalCode(Conversation conversation)
    {
        IReadOnlyList<Block> blocks = conversation.Messages[^1].Content;
        return blocks.LastOrDefault(block => block.Type == BlockType.Code)?.Content
            ?? blocks
                .Where(block => block.Type == BlockType.Text)
                .Select(block => FencedCode.FirstProgram(block.Content))
                .OfType<string>()
                .FirstOrDefault();
    }

    private static IEnumerable<string> AttemptFaults(IReadOnlyList<Block> blocks)
    {
        if (blocks.All(block => block.Type != BlockType.Code))
        {
            yield return "The reflection holds no code block.";
        }

        for (int i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Type == BlockType.Code && (i + 1 == blocks.Count || blocks[i + 1].Type != BlockType.Execution))
            {
                yield return $"Block {i} of the reflection is code with no execution behind it.";
            }

            if (blocks[i].Type == BlockType.Execution && (i == 0 || blocks[i - 1].Type != BlockType.Code))
            {
                yield return $"Block {i} of the reflection is an execution with no code before it.";
            }
        }
    }
}
