using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>A request and a program that answers it, without a reflection.</summary>
internal static class PlainSample
{
    public static Conversation Of(string request, string program) => new([Request(request), Answer(program)], SampleType.Generation);

    public static Message Request(string text) => new(MessageRole.User, [new Block(BlockType.Text, text)]);

    public static Message Answer(string program) => new(MessageRole.Assistant, [new Block(BlockType.Text, $"```python\n{program}\n```")]);
}
