using ReflectionCoder.Sequences;

namespace ReflectionCoder.Samples.ComposeTasks;

/// <summary>A request and a program that answers it, without a reflection.</summary>
internal static class PlainSample
{
    public static Conversation Of(string request, string program) =>
        new(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, request)]),
                new Message(MessageRole.Assistant, [new Block(BlockType.Text, $"```python\n{program}\n```")]),
            ],
            SampleType.Generation
        );
}
