using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;
using ReflectionCoder.Files;

namespace ReflectionCoder.Construction.Calls;

/// <summary>An answer as it stands in a journal: its tokens, and of the response what gives the same answer again.</summary>
/// <remarks>
/// That is the messages' roles and contents, the finish reason, the usage and the model, and the response's id, by which a provider finds
/// the call in its own log. Names, times, annotations and what a client adds of its own (<c>AdditionalProperties</c>) are left out: they
/// may be large, or tell of the account.
/// </remarks>
internal static class JournaledCall
{
    private static readonly Dictionary<Type, string[]> Kept = new()
    {
        [typeof(ChatResponse)] = ["messages", "responseId", "modelId", "finishReason", "usage"],
        [typeof(ChatMessage)] = ["role", "contents"],
        [typeof(UsageDetails)] = ["inputTokenCount", "outputTokenCount", "totalTokenCount", "cachedInputTokenCount", "reasoningTokenCount"],
    };

    private static readonly JsonSerializerOptions Form = new(AIJsonUtilities.DefaultOptions)
    {
        TypeInfoResolver = AIJsonUtilities.DefaultOptions.TypeInfoResolver!.WithAddedModifier(LeaveOut),
    };

    public static byte[] Write(ChatResponse response, (long Input, long Output) tokens) =>
        Write(
            tokens,
            writer =>
            {
                writer.WritePropertyName("response"u8);
                JsonSerializer.Serialize(writer, response, Form);
            }
        );

    /// <summary>The tokens of an answer that isn't kept.</summary>
    public static byte[] WriteTokens((long Input, long Output) tokens) => Write(tokens, _ => { });

    public static ChatResponse Read(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("response"u8).Deserialize<ChatResponse>(Form)!;
    }

    public static (long Input, long Output) TokensOf(JsonField value) =>
        ((long)value.Number("input_tokens"), (long)value.Number("output_tokens"));

    private static byte[] Write((long Input, long Output) tokens, Action<Utf8JsonWriter> writeRest)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("input_tokens"u8, tokens.Input);
            writer.WriteNumber("output_tokens"u8, tokens.Output);
            writeRest(writer);
            writer.WriteEndObject();
        }

        return text.ToArray();
    }

    private static void LeaveOut(JsonTypeInfo type)
    {
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            string name = type.Properties[i].Name;
            bool stays = Kept.TryGetValue(type.Type, out string[]? kept)
                ? kept.Contains(name)
                : !type.Type.IsAssignableTo(typeof(AIContent)) || name is not ("annotations" or "additionalProperties");
            if (!stays)
            {
                type.Properties.RemoveAt(i);
            }
        }
    }
}
