using System.Text.Json.Nodes;
using ReflectionCoder.Curation;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.Curation;

public sealed class SequenceStatisticsTests
{
    [Fact]
    public void ToJson_Samples_CountsThem()
    {
        SequenceStatistics statistics = new(CodeTokenizer.CreateByteLevel());
        statistics.Add(Sample("é", 2) with { Weight = 0.5, Metadata = Metadata("a", "python", 0.25, "missing-colon", "index-shift") });
        statistics.Add(Sample("ab", 1) with { Metadata = Metadata("a", "csharp", 0.75, "missing-colon") });
        statistics.Add(new Conversation(Sample("abcdef", 1).Messages, SampleType.Generation));

        JsonObject json = statistics.ToJson();

        Assert.Equal(3, (int)json["samples"]!);
        Assert.Equal(1, (int)json["tasks"]!);
        Assert.Equal("""{"generation":1,"reflection":2}""", json["types"]!.ToJsonString());
        Assert.Equal("""{"csharp":1,"python":1,"unknown":1}""", json["languages"]!.ToJsonString());
        Assert.Equal("""{"1":1,"2":1}""", json["attempts"]!.ToJsonString());
        Assert.Equal("""{"author":2,"unknown":1}""", json["tests"]!.ToJsonString());
        Assert.Equal(2, (int)json["with_mistakes"]!);
        Assert.Equal("""{"index-shift":1,"missing-colon":2}""", json["mistakes"]!.ToJsonString());
        Assert.Equal("""{"count":3,"min":2,"p10":2,"median":3,"p90":7,"max":7,"mean":4.0}""", json["bytes"]!.ToJsonString());
        Assert.Equal(3, (int)json["tokens"]!["count"]!);
        Assert.Equal(0.25, (double)json["token_divergence"]!["median"]!);
        Assert.Equal(0.75, (double)json["token_divergence"]!["max"]!);
        Assert.Null(json["syntax_divergence"]);
        Assert.Equal(0.5, (double)json["weight"]!["min"]!);
    }

    [Fact]
    public void ToJson_NoSampleAndNoTokenizer_HasNoDistributions()
    {
        JsonObject json = new SequenceStatistics().ToJson();
        Assert.Equal(0, (int)json["samples"]!);
        Assert.Null(json["bytes"]);
        Assert.Null(json["tokens"]);
    }

    [Fact]
    public void At_Ranks_AreTheNextAbove()
    {
        Quantiles quantiles = new();
        for (int i = 10; i >= 1; i--)
        {
            quantiles.Add(i);
        }

        Assert.Equal([1, 1, 5, 9, 10, 10], ((double[])[0.01, 0.1, 0.5, 0.9, 0.91, 1]).Select(quantiles.At));
    }

    private static SampleMetadata Metadata(string task, string language, double divergence, params string[] mistakes) =>
        new()
        {
            TaskId = task,
            Language = language,
            Tests = TestOrigin.Author,
            TokenDivergence = divergence,
            Mistakes = mistakes,
        };

    private static Conversation Sample(string text, int attempts) =>
        new(
            [
                new Message(MessageRole.User, [new Block(BlockType.Text, text)]),
                new Message(MessageRole.Assistant, [.. Enumerable.Repeat(new Block(BlockType.Code, attempts == 1 ? "x" : ""), attempts)]),
            ],
            SampleType.Reflection
        );
}
