using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ReflectionCoder.Files;

/// <summary>Parses JSON from strangers. What is wrong with it is a <see cref="DataFormatException"/>.</summary>
internal static class JsonText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonDocumentOptions Unique = new() { AllowDuplicateProperties = false };

    /// <summary>
    /// Parses a file: UTF-8, with or without a byte order mark; no name may stand twice in an object, and all text must be whole.
    /// </summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> content, string path) =>
        ParseUnmarked(content.Span.StartsWith("\ufeff"u8) ? content["\ufeff"u8.Length..] : content, path);

    /// <summary>Parses a text that is to be one object, by the rules of <see cref="Parse"/>.</summary>
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
    /// Parses a line of a file, or a file as a whole (line 0). Names may stand twice, and escapes are checked by who reads them.
    /// </summary>
    /// <returns>A copy that needs neither the text nor disposal.</returns>
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
    /// Finds broken UTF-8 and halves of surrogate pairs at once, wherever they are: they could be neither read nor saved.
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
