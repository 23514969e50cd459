using System.Globalization;
using Microsoft.Extensions.AI;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Generation;

/// <summary>Turns chat messages and options into a <see cref="TextRequest"/>; what isn't supported is refused by name.</summary>
internal static class ChatRequest
{
    /// <summary>Key in <see cref="AIContent.AdditionalProperties"/> whose value is the type of a content's block.</summary>
    internal const string BlockKey = "block";

    /// <summary>Makes a request.</summary>
    internal static TextRequest Create(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        BlockType? answerBlock,
        GenerationOptions defaults
    ) =>
        new(Read(messages, options?.Instructions))
        {
            AnswerBlock = answerBlock,
            Options = Read(options, defaults),
            Index = options?.Seed is null ? null : 0,
        };

    /// <summary>Makes a text content of a block; for code and execution it has the type under <see cref="BlockKey"/>.</summary>
    internal static AIContent ContentOf(BlockType type, string text)
    {
        TextContent content = new(text);
        if (type != BlockType.Text)
        {
            content.AdditionalProperties = new AdditionalPropertiesDictionary { [BlockKey] = NameOf(type) };
        }

        return content;
    }

    private static string NameOf(BlockType type) =>
        type switch
        {
            BlockType.Code => "code",
            BlockType.Execution => "execution",
            _ => "text",
        };

    /// <summary>
    /// Turns chat messages into the template's. It has no system message, so their texts are put before that of the first user message.
    /// </summary>
    private static List<Message> Read(IEnumerable<ChatMessage> messages, string? instructions)
    {
        List<Message> read = [];
        List<string> system = string.IsNullOrEmpty(instructions) ? [] : [instructions];
        foreach (ChatMessage message in messages)
        {
            if (message.Role == ChatRole.System)
            {
                system.Add(string.Concat(BlocksOf(message).Select(block => block.Content)));
            }
            else if (message.Role == ChatRole.User)
            {
                read.Add(
                    new Message(
                        MessageRole.User,
                        [new Block(BlockType.Text, string.Concat(BlocksOf(message).Select(block => block.Content)))]
                    )
                );
            }
            else if (message.Role == ChatRole.Assistant)
            {
                read.Add(new Message(MessageRole.Assistant, BlocksOf(message)));
            }
            else
            {
                throw new NotSupportedException(
                    $"ChatMessage.Role: '{message.Role}' is no role of the training template; expected system, user or assistant."
                );
            }
        }

        int user = read.FindIndex(message => message.Role == MessageRole.User);
        if (user < 0)
        {
            throw new ArgumentException("The messages hold none of the user's.", nameof(messages));
        }

        if (system.Count > 0)
        {
            read[user] = new Message(
                MessageRole.User,
                [new Block(BlockType.Text, string.Join("\n\n", [.. system, read[user].Content[0].Content]))]
            );
        }

        return read;
    }

    private static List<Block> BlocksOf(ChatMessage message)
    {
        List<Block> blocks = [];
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent text:
                    blocks.Add(new Block(TypeOf(text), text.Text));
                    break;
                case UsageContent:
                    break; // part of a streamed answer, not of the conversation
                default:
                    throw new NotSupportedException($"ChatMessage.Contents: {content.GetType().Name} is no text.");
            }
        }

        return blocks;
    }

    private static BlockType TypeOf(TextContent content) =>
        content.AdditionalProperties?.TryGetValue(BlockKey, out string? name) != true
            ? BlockType.Text
            : Enum.GetValues<BlockType>().Cast<BlockType?>().FirstOrDefault(type => NameOf(type!.Value) == name)
                ?? throw new NotSupportedException(
                    $"ChatMessage.Contents: '{name}' is no type of block; expected text, code or execution."
                );

    private static GenerationOptions Read(ChatOptions? options, GenerationOptions defaults)
    {
        if (options is null)
        {
            return defaults;
        }

        Refuse(options.Tools is { Count: > 0 }, "Tools", "the model calls no tools");
        Refuse(
            options.ResponseFormat is not (null or ChatResponseFormatText),
            "ResponseFormat",
            "answers are text; nothing makes the model write JSON"
        );
        Refuse(
            options.FrequencyPenalty is not (null or 0),
            "FrequencyPenalty",
            "there is none; GenerationOptions.RepetitionPenalty is another formula"
        );
        Refuse(
            options.PresencePenalty is not (null or 0),
            "PresencePenalty",
            "there is none; GenerationOptions.RepetitionPenalty is another formula"
        );
        Refuse(options.ConversationId is not null, "ConversationId", "conversations aren't kept; send all messages");
        GenerationOptions read = defaults with { };
        read.Temperature = Exactly(options.Temperature) ?? read.Temperature;
        read.TopP = Exactly(options.TopP) ?? read.TopP;
        read.TopK = options.TopK ?? read.TopK;
        read.MaxNewTokens = options.MaxOutputTokens ?? read.MaxNewTokens;
        read.Seed = options.Seed ?? read.Seed;
        read.StopStrings = [.. read.StopStrings, .. options.StopSequences ?? []];
        return read;
    }

    /// <summary>Turns the float 0.9 into the double 0.9; a cast would give 0.89999997615814209.</summary>
    private static double? Exactly(float? value) =>
        value is { } number ? double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;

    private static void Refuse(bool asked, string option, string problem)
    {
        if (asked)
        {
            throw new NotSupportedException($"{nameof(ChatOptions)}.{option}: {problem}.");
        }
    }
}
