using System.Text.Json;
using Microsoft.Extensions.AI;
using ReflectionCoder.Files;

namespace ReflectionCoder.Construction.Calls;

/// <summary>Calls that were paid for, and their tokens.</summary>
internal readonly record struct PaidCalls(long Calls, long InputTokens, long OutputTokens)
{
    public PaidCalls With((long Input, long Output) tokens) => new(Calls + 1, InputTokens + tokens.Input, OutputTokens + tokens.Output);

    public PaidCalls Plus(PaidCalls other) => new(Calls + other.Calls, InputTokens + other.InputTokens, OutputTokens + other.OutputTokens);
}

/// <summary>An answer as it stands in a journal: its tokens, and the whole of it.</summary>
internal static class JournaledCall
{
    public static byte[] Write(ChatResponse response, (long Input, long Output) tokens)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            writer.WriteNumber("input_tokens"u8, tokens.Input);
            writer.WriteNumber("output_tokens"u8, tokens.Output);
            writer.WritePropertyName("response"u8);
            JsonSerializer.Serialize(writer, response, AIJsonUtilities.DefaultOptions);
            writer.WriteEndObject();
        }

        return text.ToArray();
    }

    public static ChatResponse Read(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("response"u8).Deserialize<ChatResponse>(AIJsonUtilities.DefaultOptions)!;
    }

    public static (long Input, long Output) TokensOf(JsonField value) =>
        ((long)value.Number("input_tokens"), (long)value.Number("output_tokens"));
}
