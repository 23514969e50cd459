using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace ReflectionCoder.Construction.Calls;

/// <summary>What tells requests apart: a hash of the model, the messages and the options.</summary>
internal static class CallKey
{
    public static string Of(string? model, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        JsonObject request = new()
        {
            ["model"] = model,
            ["messages"] = new JsonArray([.. messages.Select(MessageNode)]),
            ["options"] = options is null ? null : JsonSerializer.SerializeToNode(options, AIJsonUtilities.DefaultOptions),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));
    }

    // Ids and times of messages don't reach the model.
    private static JsonObject MessageNode(ChatMessage message) =>
        new()
        {
            ["role"] = message.Role.Value,
            ["contents"] = JsonSerializer.SerializeToNode(message.Contents, AIJsonUtilities.DefaultOptions),
        };
}
