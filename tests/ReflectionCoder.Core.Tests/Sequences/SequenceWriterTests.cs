using System.Text;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Sequences;

public sealed class SequenceWriterTests : IDisposable
{
    private static readonly Conversation Sample = new(
        [new Message(MessageRole.User, [new Block(BlockType.Text, "q")])],
        SampleType.Generation
    );
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_RandomConversations_ReadBackEqual()
    {
        Random random = new(20240527);
        List<Conversation> conversations = [.. Enumerable.Range(0, 500).Select(_ => RandomConversations.Next(random))];
        string path = folder.File("data.jsonl");
        SequenceWriter.Write(path, conversations);
        List<Conversation> read = [.. SequenceReader.Read(path)];
        Assert.Equal(conversations.Count, read.Count);
        for (int i = 0; i < read.Count; i++)
        {
            RandomConversations.AssertEqual(conversations[i], read[i]);
        }

        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_Line_HasThePublishedForm()
    {
        string path = folder.File("data.jsonl");
        SequenceWriter.Write(
            path,
            [
                new Conversation(
                    [
                        new Message(MessageRole.User, [new Block(BlockType.Text, "é你🐍\u007f\u2028<>&'/")]),
                        new Message(
                            MessageRole.Assistant,
                            [new Block(BlockType.Code, "\"\\\n\r\t\b\f\0\u001f"), new Block(BlockType.Execution, string.Empty)]
                        ),
                    ],
                    SampleType.Reflection
                ),
            ]
        );
        Assert.Equal(
            """{"messages": [{"role": "user", "content": [{"type": "text", "content": "é你🐍"""
                + "\u007f\u2028"
                + """<>&'/"}]}, {"role": "assistant", "content": [{"type": "code", "content": "\"\\\n\r\t\b\f\u0000\u001f"}, {"type": "execution", "content": ""}]}], "type": "reflection"}"""
                + "\n",
            File.ReadAllText(path)
        );
    }

    [Fact]
    public void Dispose_BeforeComplete_LeavesTheOldFile()
    {
        string path = folder.File("data.jsonl");
        File.WriteAllText(path, "old");
        using (SequenceWriter writer = new(path))
        {
            writer.Write(Sample);
            Assert.Equal("old", File.ReadAllText(path));
        }

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_SourceThrowsMidway_LeavesNothing()
    {
        string path = folder.File("data.jsonl");
        Assert.Throws<InvalidOperationException>(() => SequenceWriter.Write(path, Failing()));
        Assert.Empty(Directory.GetFiles(folder.Path));

        static IEnumerable<Conversation> Failing()
        {
            yield return Sample;
            throw new InvalidOperationException("source failed");
        }
    }

    [Fact]
    public void Write_HalfASurrogatePair_NamesTheField()
    {
        using SequenceWriter writer = new(folder.File("data.jsonl"));
        writer.Write(Sample);
        Conversation broken = Sample with
        {
            Messages = [new Message(MessageRole.User, [new Block(BlockType.Text, "ok"), new Block(BlockType.Code, "\ud83d\n")])],
        };
        DataFormatException exception = Assert.Throws<DataFormatException>(() => writer.Write(broken));
        Assert.Equal("messages[0].content[1].content", exception.Field);
        Assert.Equal(2, exception.Line);
        writer.Write(Sample);
        writer.Complete();
        Assert.Equal(2, writer.Count);
        Assert.Equal(2, SequenceReader.Read(folder.File("data.jsonl")).Count());
    }

    [Fact]
    public void Complete_Twice_Throws()
    {
        using SequenceWriter writer = new(folder.File("data.jsonl"));
        writer.Complete();
        Assert.Throws<ObjectDisposedException>(writer.Complete);
        Assert.Throws<ObjectDisposedException>(() => writer.Write(Sample));
        Assert.Equal(string.Empty, File.ReadAllText(folder.File("data.jsonl"), Encoding.UTF8));
    }

    [Fact]
    public void Create_MissingFolder_Throws() =>
        Assert.ThrowsAny<IOException>(() => new SequenceWriter(Path.Combine(folder.Path, "absent", "data.jsonl")));
}
