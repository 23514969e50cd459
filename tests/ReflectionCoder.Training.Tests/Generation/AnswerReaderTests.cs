using System.Text;
using ReflectionCoder.Generation;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;

namespace ReflectionCoder.Tests.Generation;

public sealed class AnswerReaderTests
{
    private static readonly CodeTokenizer Tokenizer = CodeTokenizer.CreateByteLevel();

    public static TheoryData<string, string> Answers =>
        new()
        {
            { "<|text|>Hi<|endofblock|><|code|>x = 1<|endofblock|>", "text:Hi|code:x = 1" },
            { "<|text|>Hi<|endofblock|><|code|>x = 1", "text:Hi|code:x = 1" }, // never closed
            { "<|text|>Hi<|code|>x = 1<|execution|>1\n", "text:Hi|code:x = 1|execution:1\n" }, // closed by the next
            { "Hi<|endofblock|> there<|endofblock|><|endofblock|>", "text:Hi|text: there" }, // no block was opened
            { "<|code|><|endofblock|>", "code:" },
            { "", "" },
            { "<|code|>é€<|text|>ü", "code:é€|text:ü" },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Read_Blocks_KeepsEverything(string answer, string expected)
    {
        List<TextChunk> chunks = [];
        GeneratedText read = Read(answer, answerBlock: null, [], chunks);
        Assert.Equal(
            expected,
            string.Join("|", read.Blocks.Select(block => $"{block.Type.ToString().ToLowerInvariant()}:{block.Content}"))
        );
        Assert.Equal(read.Text, string.Concat(chunks.Select(chunk => chunk.Text)));
        foreach (IGrouping<int, TextChunk> block in chunks.GroupBy(chunk => chunk.BlockIndex))
        {
            Assert.Equal(read.Blocks[block.Key], new Block(block.First().BlockType, string.Concat(block.Select(chunk => chunk.Text))));
        }
    }

    [Fact]
    public void Read_OpenedBlock_IsTheFirst()
    {
        GeneratedText read = Read("x = 1<|text|>Done", BlockType.Code, [], []);
        Assert.Equal([new Block(BlockType.Code, "x = 1"), new Block(BlockType.Text, "Done")], read.Blocks);
        Assert.Equal([new Block(BlockType.Text, "")], Read("", BlockType.Text, [], []).Blocks);
    }

    [Fact]
    public void Read_HalfCharacters_WaitForTheRest()
    {
        List<TextChunk> chunks = [];
        GeneratedText read = Read("a€b", BlockType.Text, [], chunks);
        Assert.Equal(["a", "€", "b"], chunks.Select(chunk => chunk.Text));
        Assert.Equal((5, "a€b"), (read.NewTokens, read.Text));
        int[] half = [.. Encoding.UTF8.GetBytes("a€")[..^1].Select(b => (int)b)];
        Assert.Equal("a\uFFFD", Read(half, BlockType.Text, [], []).Text);
        Assert.Equal("a", Read(half, BlockType.Text, ["\uFFFD"], []).Text);
    }

    [Fact]
    public void Read_StopString_EndsInsideItsBlock()
    {
        GeneratedText read = Read("<|text|>Hi EN<|endofblock|><|code|>D ok END rest<|endofblock|>", null, ["END"], []);
        Assert.Equal([new Block(BlockType.Text, "Hi EN"), new Block(BlockType.Code, "D ok ")], read.Blocks); // not across blocks
        Assert.Equal(FinishReason.StopString, read.FinishReason);
    }

    private static GeneratedText Read(string answer, BlockType? answerBlock, string[] stops, List<TextChunk> chunks) =>
        Read(Tokenizer.EncodeWithSpecialTokens(answer), answerBlock, stops, chunks);

    private static GeneratedText Read(int[] ids, BlockType? answerBlock, string[] stops, List<TextChunk> chunks)
    {
        int[] prompt = new SampleTokenizer(Tokenizer).EncodePrompt([], answerBlock);
        var reader = new AnswerReader(Tokenizer, prompt, answerBlock, stops, chunks.Add);
        int[] taken = [.. ids.TakeWhile(reader.Accept)];
        return reader.Finish(new GeneratedTokens(taken, FinishReason.Stop));
    }
}
