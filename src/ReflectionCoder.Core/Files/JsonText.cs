using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ReflectionCoder.Files;

/// <summary>Parses JSON from files of unknown origin. Whatever is wrong becomes a <see cref="DataFormatException"/>.</summary>
internal static class JsonText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonDocumentOptions Unique = new() { AllowDuplicateProperties = false };

    /// <summary>
    /// Parses a file in UTF-8, with or without a byte order mark. An object must not have the same name twice, and all text must be valid.
    /// </summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> content, string path) =>
        ParseUnmarked(content.Span.StartsWith("\ufeff"u8) ? content["\ufeff"u8.Length..] : content, path);

    /// <summary>Parses a text that must be one object, by the rules of <see cref="Parse"/>.</summary>
    public static JsonDocument ParseObject(string json, string path)
    {
        byte[] content;
        try
        {
            content = Strict.GetBytes(json);
        }
        catch (EncoderFallbackException e)
        {
            throw Error(path, $"holds half of a surrogate pair: {e.Message}", e);
        }

        JsonDocument document = ParseUnmarked(content, path);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw Error(path, "is not a JSON object.");
        }

        return document;
    }

    /// <summary>
    /// Parses a line of a file, or a whole file (line 0). An object may have the same name twice. Escapes are checked only when a string is
    /// read.
    /// </summary>
    /// <returns>A copy that doesn't refer to <paramref name="json"/> and needs no disposal.</returns>
    public static JsonElement ParseLine(ReadOnlyMemory<byte> json, string path, long line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new DataFormatException(path, line, $"not JSON: {e.Message}", e);
        }
    }

    private static JsonDocument ParseUnmarked(ReadOnlyMemory<byte> content, string path)
    {
        try
        {
            CheckText(content.Span, path);
            return JsonDocument.Parse(content, Unique);
        }
        catch (JsonException e)
        {
            throw Error(path, $"is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>
    /// Refuses invalid UTF-8 and halves of surrogate pairs anywhere in the file, because such text could not be saved again.
    /// </summary>
    private static void CheckText(ReadOnlySpan<byte> content, string path)
    {
        if (!Utf8.IsValid(content))
        {
            throw Error(path, "is not valid UTF-8.");
        }

        if (content.IndexOf("\\ud"u8) < 0 && content.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        Utf8JsonReader reader = new(content);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw Error(path, $"holds half of a surrogate pair before byte {reader.BytesConsumed}: {e.Message}", e);
        }
    }

    private static DataFormatException Error(string path, string problem, Exception? cause = null) =>
        new(path, JsonField.Root, problem, cause);
}
