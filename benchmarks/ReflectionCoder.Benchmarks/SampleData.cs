using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Benchmarks;

/// <summary>Made-up reflection samples of about 1,800 byte tokens; the same every time.</summary>
internal static class SampleData
{
    public static IReadOnlyList<TokenizedSample> Create(int count, CodeTokenizer tokenizer)
    {
        SampleTokenizer samples = new(tokenizer);
        return [.. Enumerable.Range(0, count).Select(i => samples.Tokenize(Conversation(i))!)];
    }

    public static Conversation Conversation(int number)
    {
        Block[] reflection =
        [
            new(BlockType.Text, Words(number, 140)),
            new(BlockType.Code, Words(number + 1, 280)),
            new(BlockType.Execution, Words(number + 2, 150)),
            new(BlockType.Text, Words(number + 3, 140)),
            new(BlockType.Code, Words(number + 4, 280)),
            new(BlockType.Execution, Words(number + 5, 150)),
        ];
        return new Conversation(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, Words(number + 6, 300))]),
                new Message(MessageRole.Assistant, reflection),
                new Message(MessageRole.User, [new Block(BlockType.Text, Words(number + 7, 150))]),
                new Message(MessageRole.Assistant, [new Block(BlockType.Text, $"```python\n{Words(number + 8, 350)}\n```")]),
            ],
            SampleType.Reflection
        );
    }

    private static string Words(int seed, int length)
    {
        string[] words = ["return ", "for item in ", "value = ", "if ", "range(", ")\n    ", "left + right", "# check\n"];
        string text = "";
        for (int i = seed; text.Length < length; i += 3)
        {
            text += words[i % words.Length];
        }

        return text[..length];
    }
}
