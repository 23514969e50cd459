using System.Text;
using Microsoft.Extensions.AI;
using ReflectionCoder.Construction.Calls;

namespace ReflectionCoder.Tests.Construction.Calls;

public sealed class JournaledCallTests
{
    private const string Secret = "sk-secret";

    [Fact]
    public void Read_OfWrite_GivesTheSameAnswer()
    {
        ChatResponse response = Response();

        ChatResponse read = JournaledCall.Read(JournaledCall.Write(response, (1, 2)));

        Assert.Equal(response.Text, read.Text);
        Assert.Equal(ChatFinishReason.Length, read.FinishReason);
        Assert.Equal("model-1", read.ModelId);
        Assert.Equal("id-1", read.ResponseId);
        Assert.Equal((10L, 20L, 30L, 4L, 5L), Counts(read.Usage!));
        ChatMessage message = Assert.Single(read.Messages);
        Assert.Equal(ChatRole.Assistant, message.Role);
        Assert.Collection(
            message.Contents,
            one => Assert.Equal("I think.", Assert.IsType<TextReasoningContent>(one).Text),
            one => Assert.Equal("the text \ud83d\ude00 \u2028", Assert.IsType<TextContent>(one).Text),
            one => Assert.Equal(("I can't.", "refusal"), Error(one))
        );
    }

    [Fact]
    public void Write_WhatAClientAddsOfItsOwn_IsLeftOut()
    {
        string json = Encoding.UTF8.GetString(JournaledCall.Write(Response(), (1, 2)));

        Assert.DoesNotContain(Secret, json, StringComparison.Ordinal);
        Assert.DoesNotContain("annotations", json, StringComparison.Ordinal);
        Assert.StartsWith("""{"input_tokens":1,"output_tokens":2,"response":{"messages":[{"role":""", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoFinishReasonAndNoUsage_StaysSo()
    {
        ChatResponse read = JournaledCall.Read(JournaledCall.Write(new ChatResponse(new ChatMessage(ChatRole.Assistant, "hello")), (0, 0)));

        Assert.Equal("hello", read.Text);
        Assert.Null(read.FinishReason);
        Assert.Null(read.Usage);
    }

    /// <summary>An answer in which everything that isn't the answer holds a secret.</summary>
    private static ChatResponse Response()
    {
        AdditionalPropertiesDictionary own = new() { ["account"] = Secret };
        TextContent text = new("the text \ud83d\ude00 \u2028")
        {
            AdditionalProperties = own,
            RawRepresentation = Secret,
            Annotations = [new CitationAnnotation { Title = Secret }],
        };
        ChatMessage message = new(
            ChatRole.Assistant,
            [
                new TextReasoningContent("I think.") { AdditionalProperties = own },
                text,
                new ErrorContent("I can't.") { ErrorCode = "refusal", AdditionalProperties = own },
            ]
        )
        {
            AuthorName = Secret,
            MessageId = Secret,
            AdditionalProperties = own,
            RawRepresentation = Secret,
        };
        return new ChatResponse(message)
        {
            ResponseId = "id-1",
            ModelId = "model-1",
            ConversationId = Secret,
            FinishReason = ChatFinishReason.Length,
            AdditionalProperties = own,
            RawRepresentation = Secret,
            Usage = new UsageDetails
            {
                InputTokenCount = 10,
                OutputTokenCount = 20,
                TotalTokenCount = 30,
                CachedInputTokenCount = 4,
                ReasoningTokenCount = 5,
                AdditionalCounts = new AdditionalPropertiesDictionary<long> { [Secret] = 1 },
            },
        };
    }

    private static (long?, long?, long?, long?, long?) Counts(UsageDetails usage) =>
        (usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount, usage.CachedInputTokenCount, usage.ReasoningTokenCount);

    private static (string, string?) Error(AIContent content)
    {
        ErrorContent error = Assert.IsType<ErrorContent>(content);
        return (error.Message, error.ErrorCode);
    }
}
