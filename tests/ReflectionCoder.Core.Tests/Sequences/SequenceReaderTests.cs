using System.Text;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Sequences;

public sealed class SequenceReaderTests
{
    private const string Good =
        """{"messages":[{"role":"user","content":[{"type":"text","content":"q"}]},{"role":"assistant","content":[]}],"type":"reflection"}""";

    [Fact]
    public void Read_PublishedForm_GivesItsParts()
    {
        Conversation conversation = Single(Good);
        Assert.Equal(SampleType.Reflection, conversation.Type);
        Assert.Equal([MessageRole.User, MessageRole.Assistant], conversation.Messages.Select(message => message.Role));
        Assert.Equal([new Block(BlockType.Text, "q")], conversation.Messages[0].Content);
        Assert.Empty(conversation.Messages[1].Content);
    }

    [Fact]
    public void Read_OtherKeyOrderAndUnknownFields_AreAccepted()
    {
        Conversation conversation = Single(
            """ {"id": 7, "type": "generation", "extra": {"deep": [1, {"type": "x"}]}, "messages": [{"content": [{"content": "\u00e9\ud83d\udc0d", "x": null, "type": "code"}], "role": "user", "y": []}]} """
        );
        Assert.Equal(SampleType.Generation, conversation.Type);
        Assert.Equal([new Block(BlockType.Code, "é🐍")], conversation.Messages[0].Content);
    }

    [Theory]
    [InlineData("\n\n", "\n", "\n")]
    [InlineData("", "\r\n", "\r\n")]
    [InlineData("\ufeff", "\n", "")]
    [InlineData("\ufeff \t\r\n", "\n \n\t\n", "\n\n  ")]
    public void Read_LineEndsBlankLinesAndByteOrderMark_AreSkipped(string before, string between, string after)
    {
        Assert.Equal(3, Read(before + Good + between + Good + between + Good + after).Count());
    }

    [Fact]
    public void Read_EmptyOrMarkAlone_GivesNothing()
    {
        Assert.Empty(Read(string.Empty));
        Assert.Empty(Read("\ufeff"));
        Assert.Empty(Read("\n"));
    }

    [Fact]
    public void Read_LinesLongerThanTheBuffer_AreWhole()
    {
        string[] contents = [new string('a', 1 << 16), "b", new string('é', 300_000), "c"];
        string file = string.Join('\n', contents.Select(content => Good.Replace("\"q\"", $"\"{content}\"", StringComparison.Ordinal)));
        Assert.Equal(contents, Read(file).Select(conversation => conversation.Messages[0].Content[0].Content));
    }

    [Fact]
    public void Read_StreamInSmallPieces_GivesTheSame()
    {
        using OneByteStream stream = new(Encoding.UTF8.GetBytes("\ufeff" + Good + "\r\n\r\n" + Good));
        Assert.Equal(2, SequenceReader.Read(stream).Count());
    }

    [Theory]
    [InlineData("{", null, "cut off")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","content":"q""", null, "cut off")]
    [InlineData("nonsense", null, "JSON")]
    [InlineData("[]", null, "an array where a JSON object was expected")]
    [InlineData("null", null, "null where a JSON object was expected")]
    [InlineData("{} {}", "messages", "missing")]
    [InlineData("""{"messages":[{"role":"user","content":[]}],"type":"reflection"} x""", null, "JSON")]
    [InlineData("""{"type":"reflection"}""", "messages", "missing")]
    [InlineData("""{"messages":[{"role":"user","content":[]}]}""", "type", "missing")]
    [InlineData("""{"messages":[{"role":"user","content":[]}],"type":"other"}""", "type", "'other' is no sample type")]
    [InlineData("""{"messages":[{"role":"user","content":[]}],"type":1}""", "type", "a number where a string was expected")]
    [InlineData("""{"messages":[],"type":"reflection"}""", "messages", "empty")]
    [InlineData("""{"messages":{},"type":"reflection"}""", "messages", "an object where an array of messages was expected")]
    [InlineData("""{"messages":null,"type":"reflection"}""", "messages", "null where")]
    [InlineData("""{"messages":[7],"type":"reflection"}""", "messages[0]", "a number where a message object was expected")]
    [InlineData("""{"messages":[{"content":[]}],"type":"reflection"}""", "messages[0].role", "missing")]
    [InlineData("""{"messages":[{"role":"system","content":[]}],"type":"reflection"}""", "messages[0].role", "'system' is no role")]
    [InlineData("""{"messages":[{"role":null,"content":[]}],"type":"reflection"}""", "messages[0].role", "null where a string")]
    [InlineData("""{"messages":[{"role":"user"}],"type":"reflection"}""", "messages[0].content", "missing")]
    [InlineData(
        """{"messages":[{"role":"user","content":"q"}],"type":"reflection"}""",
        "messages[0].content",
        "a string where an array of blocks"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[]},{"role":"user","content":["q"]}],"type":"reflection"}""",
        "messages[1].content[0]",
        "a string where a block object"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"image","content":"q"}]}],"type":"reflection"}""",
        "messages[0].content[0].type",
        "'image' is no block type"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"content":"q"}]}],"type":"reflection"}""",
        "messages[0].content[0].type",
        "missing"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"text","content":"a"},{"type":"text"}]}],"type":"reflection"}""",
        "messages[0].content[1].content",
        "missing"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"text","content":true}]}],"type":"reflection"}""",
        "messages[0].content[0].content",
        "a boolean where a string"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"text","content":"\ud83d"}]}],"type":"reflection"}""",
        "messages[0].content[0].content",
        "surrogate"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[{"type":"text","content":"\udc0d x"}]}],"type":"reflection"}""",
        "messages[0].content[0].content",
        "surrogate"
    )]
    [InlineData(
        """{"messages":[{"role":"user","content":[]}],"messages":[{"role":"user","content":[]}],"type":"reflection"}""",
        "messages",
        "given twice"
    )]
    [InlineData(
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"content\":\"a\tb\"}]}],\"type\":\"reflection\"}",
        null,
        "JSON"
    )]
    public void Read_Malformed_NamesLineAndField(string line, string? field, string problem)
    {
        DataFormatException exception = Assert.Throws<DataFormatException>(() => Read(Good + "\n\n" + line + "\n" + Good).ToList());
        Assert.Equal(3, exception.Line);
        Assert.Equal(field, exception.Field);
        Assert.Equal("data.jsonl", exception.Path);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Contains("data.jsonl, line 3", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc0, 0x80 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0xbd })]
    [InlineData(new byte[] { 0xe4, 0xbd })]
    public void Read_InvalidUtf8EvenInIgnoredFields_Throws(byte[] bytes)
    {
        byte[] line = [.. "{\"x\":\""u8, .. bytes, .. "\","u8, .. Encoding.UTF8.GetBytes(Good[1..])];
        DataFormatException exception = Assert.Throws<DataFormatException>(() => SequenceReader.Parse(line));
        Assert.Contains("UTF-8", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EveryTruncationOfALine_Throws()
    {
        byte[] line = Encoding.UTF8.GetBytes(Good.Replace("\"q\"", "\"é\"", StringComparison.Ordinal));
        for (int length = 1; length < line.Length; length++)
        {
            Assert.Throws<DataFormatException>(() => SequenceReader.Parse(line.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Read_GoodLinesBeforeABadOne_ComeFirst()
    {
        using IEnumerator<Conversation> lines = Read(Good + "\n{").GetEnumerator();
        Assert.True(lines.MoveNext());
        Assert.Throws<DataFormatException>(() => lines.MoveNext());
    }

    [Fact]
    public async Task Read_MissingFile_NamesIt()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("absent.jsonl");
        Assert.Contains(
            path,
            Assert.Throws<FileNotFoundException>(() => SequenceReader.Read(path).ToList()).Message,
            StringComparison.Ordinal
        );
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await SequenceReader.ReadAsync(path).ToListAsync());
    }

    [Fact]
    public async Task ReadAsync_File_EqualsRead()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("data.jsonl");
        Random random = new(5);
        SequenceWriter.Write(path, Enumerable.Range(0, 100).Select(_ => RandomConversations.Next(random)));
        List<Conversation> expected = [.. SequenceReader.Read(path)];
        List<Conversation> actual = await SequenceReader.ReadAsync(path).ToListAsync();
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            RandomConversations.AssertEqual(expected[i], actual[i]);
        }

        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await SequenceReader.ReadAsync(path, cancelled.Token).ToListAsync()
        );
    }

    private static IEnumerable<Conversation> Read(string text) =>
        SequenceReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "data.jsonl");

    private static Conversation Single(string line) => Read(line).Single();

    private sealed class OneByteStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);
    }
}
