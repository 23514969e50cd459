using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Sequences;

/// <summary>Conversations with every kind of character that UTF-8 can hold.</summary>
internal static class RandomConversations
{
    private static readonly string[] Hostile =
    [
        "<|user|>",
        "<|assistant|>",
        "<|text|>",
        "<|code|>",
        "<|execution|>",
        "<|endofblock|>",
        "<|endofmessage|>",
        "<|eos|>",
        "\0",
        "\r\n",
        "\n",
        "\r",
        "\t",
        "\b",
        "\f",
        "\u001f",
        "\u007f",
        "\u0085",
        "\u2028",
        "\ufeff",
        "\ufffd",
        "\uffff",
        "\"",
        "\\",
        "/",
        "\\u0041",
        "é",
        "e\u0301",
        "你好",
        "🐍\u200d💻",
        "\U0010ffff",
        "<",
        "<|",
        "|>",
        "'",
        "&",
        "",
    ];

    public static Conversation Next(Random random)
    {
        List<Message> messages = [];
        int count = random.Next(1, 6);
        for (int m = 0; m < count; m++)
        {
            Block[] blocks = [.. Enumerable.Range(0, random.Next(0, 5)).Select(_ => new Block((BlockType)random.Next(3), Text(random)))];
            messages.Add(new Message((MessageRole)random.Next(2), blocks));
        }

        return new Conversation(messages, (SampleType)random.Next(2))
        {
            Weight = random.Next(2) == 0 ? 1 : random.NextDouble() * Math.Pow(10, random.Next(-12, 24)),
            Metadata = random.Next(2) == 0 ? null : Metadata(random),
        };
    }

    /// <summary>Metadata in which every field may be missing.</summary>
    public static SampleMetadata Metadata(Random random)
    {
        T? Maybe<T>(T value) => random.Next(3) == 0 ? default : value;
        return new SampleMetadata
        {
            TaskId = Maybe(Text(random)),
            Variant = random.Next(3) == 0 ? null : random.Next(),
            Language = Maybe(Text(random)),
            Tests = random.Next(3) == 0 ? null : (TestOrigin)random.Next(2),
            TokenDivergence = random.Next(3) == 0 ? null : random.NextDouble(),
            SyntaxDivergence = random.Next(3) == 0 ? null : random.Next(2),
            Mistakes = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Text(random))],
        };
    }

    public static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(0, 30)).Select(_ => Piece(random)));

    private static string Piece(Random random)
    {
        if (random.Next(3) == 0)
        {
            return Hostile[random.Next(Hostile.Length)];
        }

        int scalar = random.Next(4) == 0 ? random.Next(0x110000) : random.Next(0x80);
        return scalar is >= 0xd800 and <= 0xdfff ? "x" : char.ConvertFromUtf32(scalar);
    }

    /// <summary>Conversations hold lists, which records compare by reference: this compares what they hold.</summary>
    public static void AssertEqual(Conversation expected, Conversation actual)
    {
        Assert.Equal(expected.Type, actual.Type);
        Assert.Equal(expected.Weight, actual.Weight);
        Assert.Equal(expected.Metadata is null, actual.Metadata is null);
        Assert.Equal(expected.Metadata?.Mistakes, actual.Metadata?.Mistakes);
        Assert.Equal(
            expected.Metadata is { } metadata ? metadata with { Mistakes = [] } : null,
            actual.Metadata is { } read ? read with { Mistakes = [] } : null
        );
        Assert.Equal(expected.Messages.Count, actual.Messages.Count);
        for (int m = 0; m < expected.Messages.Count; m++)
        {
            Assert.Equal(expected.Messages[m].Role, actual.Messages[m].Role);
            Assert.Equal(expected.Messages[m].Content, actual.Messages[m].Content);
        }
    }
}
