using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>Requests and the programs that answer them, without a reflection.</summary>
internal static class PlainSample
{
    public static Conversation Of(string request, string program, string language = "python") =>
        new([Request(request), Answer(program, language)], SampleType.Generation);

    /// <summary>Programs that are shown one after the other, and a last one that is asked for.</summary>
    /// <param name="isPasted">Whether the user shows them in one message, or the model after each request.</param>
    /// <param name="shown">Requests and what is shown of their programs.</param>
    /// <param name="request">The last request.</param>
    /// <param name="answer">Its answer.</param>
    public static Conversation Session(
        bool isPasted,
        IEnumerable<(string Request, IReadOnlyList<Block> Blocks)> shown,
        string request,
        Message answer
    )
    {
        IEnumerable<Message> messages = isPasted
            ? [new Message(MessageRole.User, [.. shown.SelectMany(one => (Block[])[Text(one.Request), .. one.Blocks]), Text(request)])]
            :
            [
                .. shown.SelectMany(one => new[] { Request(one.Request), new Message(MessageRole.Assistant, one.Blocks) }),
                Request(request),
            ];
        return new Conversation([.. messages, answer], SampleType.Generation);
    }

    public static Message Request(string text) => new(MessageRole.User, [Text(text)]);

    public static Message Answer(string program, string language = "python") =>
        new(MessageRole.Assistant, [Text($"```{language}\n{program}\n```")]);

    private static Block Text(string text) => new(BlockType.Text, text);
}
