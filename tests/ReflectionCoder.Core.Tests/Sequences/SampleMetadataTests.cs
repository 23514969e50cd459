using System.Text;
using ReflectionCoder.Files;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Sequences;

/// <summary>The optional fields <c>weight</c> and <c>metadata</c> of a line.</summary>
public sealed class SampleMetadataTests
{
    private const string Paper =
        """{"messages": [{"role": "user", "content": [{"type": "text", "content": "q"}]}], "type": "reflection"}""";

    private const string Full =
        """{"messages": [{"role": "user", "content": [{"type": "text", "content": "q"}]}], "type": "reflection","""
        + """ "weight": 0.1, "metadata": {"task_id": "é/1", "variant": 2, "language": "javascript", "tests": "author","""
        + """ "token_divergence": 0.25, "syntax_divergence": 1, "mistakes": ["off-by-one", "sign"]}}""";

    [Fact]
    public void Read_PaperForm_HasWeightOneAndNoMetadata()
    {
        Conversation conversation = Read(Paper);
        Assert.Equal(1, conversation.Weight);
        Assert.Null(conversation.Metadata);
    }

    [Fact]
    public void Read_WeightAndMetadata_GivesTheirValues()
    {
        Conversation conversation = Read(Full);
        SampleMetadata metadata = conversation.Metadata!;
        Assert.Equal(0.1, conversation.Weight);
        Assert.Equal("é/1", metadata.TaskId);
        Assert.Equal(2, metadata.Variant);
        Assert.Equal("javascript", metadata.Language);
        Assert.Equal(TestOrigin.Author, metadata.Tests);
        Assert.Equal(0.25, metadata.TokenDivergence);
        Assert.Equal(1, metadata.SyntaxDivergence);
        Assert.Equal(["off-by-one", "sign"], metadata.Mistakes);
    }

    [Theory]
    [InlineData("""{"weight": null, "metadata": null}""")]
    [InlineData("""{"metadata": {"other": [{"weight": -1}], "task_id": null, "tests": null, "mistakes": null, "variant": null}}""")]
    public void Read_NullAndUnknownFields_CountAsAbsent(string fields)
    {
        Conversation conversation = Read(With(fields));
        Assert.Equal(1, conversation.Weight);
        Assert.Equal(conversation.Metadata is null ? null : new SampleMetadata(), conversation.Metadata);
        Assert.Equal(SampleType.Reflection, conversation.Type);
    }

    [Theory]
    [InlineData("""{"weight": -0.5}""", "weight", "-0.5; expected a finite number of 0 or more")]
    [InlineData("""{"weight": 1e999}""", "weight", "expected a finite number of 0 or more")]
    [InlineData("""{"weight": "1"}""", "weight", "a string where a finite number of 0 or more was expected")]
    [InlineData("""{"weight": true}""", "weight", "a boolean where")]
    [InlineData("""{"weight": 1, "weight": 2}""", "weight", "given twice")]
    [InlineData("""{"metadata": 7}""", "metadata", "expected an object")]
    [InlineData("""{"metadata": []}""", "metadata", "expected an object")]
    [InlineData("""{"metadata": {}, "metadata": {}}""", "metadata", "given twice")]
    [InlineData("""{"metadata": {"task_id": 7}}""", "metadata.task_id", "expected a string")]
    [InlineData("""{"metadata": {"task_id": "\ud83d"}}""", "metadata.task_id", "surrogate")]
    [InlineData("""{"metadata": {"variant": 1.5}}""", "metadata.variant", "expected an integer from 0")]
    [InlineData("""{"metadata": {"variant": -1}}""", "metadata.variant", "expected an integer from 0")]
    [InlineData("""{"metadata": {"language": []}}""", "metadata.language", "expected a string")]
    [InlineData("""{"metadata": {"tests": "mine"}}""", "metadata.tests", "must be 'task' or 'author', found \"mine\"")]
    [InlineData("""{"metadata": {"token_divergence": "0"}}""", "metadata.token_divergence", "expected a finite number")]
    [InlineData("""{"metadata": {"token_divergence": 1.01}}""", "metadata.token_divergence", "must be 0 to 1")]
    [InlineData("""{"metadata": {"syntax_divergence": -0.1}}""", "metadata.syntax_divergence", "must be 0 to 1")]
    [InlineData("""{"metadata": {"mistakes": "sign"}}""", "metadata.mistakes", "expected an array")]
    [InlineData("""{"metadata": {"mistakes": [1]}}""", "metadata.mistakes", "expected a string")]
    public void Read_BadField_NamesLineAndField(string fields, string field, string problem)
    {
        byte[] text = Encoding.UTF8.GetBytes(Paper + "\n" + With(fields) + "\n");
        DataFormatException exception = Assert.Throws<DataFormatException>(() =>
            SequenceReader.Read(new MemoryStream(text), "data.jsonl").ToList()
        );
        Assert.Equal(2, exception.Line);
        Assert.Equal(field, exception.Field);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EveryTruncation_Throws()
    {
        byte[] line = Encoding.UTF8.GetBytes(Full);
        for (int length = Paper.Length - 1; length < line.Length; length++)
        {
            Assert.Throws<DataFormatException>(() => SequenceReader.Parse(line.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData(Paper)]
    [InlineData(Full)]
    public void Write_WhatWasRead_GivesTheSameBytes(string line)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("data.jsonl");
        SequenceWriter.Write(path, [Read(line)]);
        Assert.Equal(line + "\n", File.ReadAllText(path));
    }

    [Fact]
    public void Write_HalfASurrogatePair_NamesTheField()
    {
        using TemporaryFolder folder = new();
        using SequenceWriter writer = new(folder.File("data.jsonl"));
        Conversation broken = Read(Paper) with
        {
            Metadata = new SampleMetadata { Language = "ok", Mistakes = ["ok", "\udc0d"] },
        };
        Assert.Equal("metadata.mistakes", Assert.Throws<DataFormatException>(() => writer.Write(broken)).Field);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Create_ValueOutOfRange_Throws(double value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(Paper) with { Weight = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleMetadata { TokenDivergence = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleMetadata { SyntaxDivergence = value });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleMetadata { Variant = -1 });
    }

    private static string With(string fields) => Paper[..^1] + ", " + fields[1..];

    private static Conversation Read(string line) => SequenceReader.Parse(Encoding.UTF8.GetBytes(line));
}
