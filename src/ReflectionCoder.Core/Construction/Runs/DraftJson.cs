using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReflectionCoder.Files;

namespace ReflectionCoder.Construction.Runs;

/// <summary>The form in which a journal keeps drafts, and the keys under which it does.</summary>
internal static class DraftJson
{
    private const int HashBytes = 12;

    /// <summary>How drafts, rejects and summaries are written.</summary>
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    /// <summary>Names a task by its id and its whole content: a task that was changed is another one.</summary>
    public static string KeyOf(ProgrammingTask task)
    {
        byte[] hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(task, Options));
        return $"{task.TaskId} {Convert.ToHexStringLower(hash.AsSpan(..HashBytes))}";
    }

    public static string KeyOf(string taskKey, int variant) => $"{taskKey} {variant}";

    /// <summary>The draft as one line. Halves of surrogate pairs, which no file can hold, become U+FFFD.</summary>
    public static string Write(ReflectionDraft draft) => JsonSerializer.Serialize(draft, Options);

    public static ReflectionDraft Read(string json, string key)
    {
        try
        {
            return JsonSerializer.Deserialize<ReflectionDraft>(json, Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new DataFormatException($"The journal's outcome of '{key}'", line: 0, $"is not a draft: {e.Message}", e);
        }
    }
}
