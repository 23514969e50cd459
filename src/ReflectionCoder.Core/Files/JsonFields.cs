using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReflectionCoder.Files;

/// <summary>Reads the fields of a JSON object; a field of the wrong kind is named in the error.</summary>
internal sealed class JsonFields(JsonElement json, string path, string prefix = "")
{
    private const int LongestShown = 100;

    internal static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal string Path => path;

    internal IEnumerable<string> Names => json.EnumerateObject().Select(property => property.Name);

    /// <summary>Parses a document that is to be one object; no name may stand twice, and all text must be whole.</summary>
    internal static JsonDocument ParseObject(string json, string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataFormatException(path, "$", $"is not valid JSON: {e.Message}", e);
        }

        try
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new DataFormatException(path, "$", "is not a JSON object.");
            }

            ReadTexts(document.RootElement);
            return document;
        }
        catch (InvalidOperationException e)
        {
            document.Dispose();
            throw new DataFormatException(path, "$", $"holds half of a surrogate pair: {e.Message}", e);
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    /// <summary>A value for a message, cut where it is long.</summary>
    internal static string Show(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= LongestShown ? text : text[..LongestShown] + "…";
    }

    /// <summary>A number that stays a float when Python reads it: 4 is written 4.0.</summary>
    internal static JsonNode Float(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return JsonNode.Parse(text.AsSpan().IndexOfAny(".eE") < 0 ? text + ".0" : text)!;
    }

    /// <summary>One id as a number, several as a list, none as null.</summary>
    internal static JsonNode? Ids(IReadOnlyList<int> ids) => ids.Count switch
    {
        0 => null,
        1 => ids[0],
        _ => new JsonArray([.. ids.Select(id => JsonValue.Create(id))]),
    };

    /// <summary>Whether the field is there, be it null.</summary>
    internal bool Has(string field) => json.TryGetProperty(field, out _);

    /// <summary>The field's value; null where it is absent or null.</summary>
    internal JsonElement? Find(string field) =>
        json.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal int Int(string field) => AsInt(field, Required(field));

    internal int Int(string field, int otherwise) => Find(field) is { } value ? AsInt(field, value) : otherwise;

    internal int? OptionalInt(string field) => Find(field) is { } value ? AsInt(field, value) : null;

    /// <summary>A number, a list of numbers, or nothing.</summary>
    internal IReadOnlyList<int> Ints(string field) => Find(field) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(v => AsInt(field, v))],
        { } value => [AsInt(field, value)],
    };

    internal double Number(string field) => AsNumber(field, Required(field));

    internal double? OptionalNumber(string field) => Find(field) is { } value ? AsNumber(field, value) : null;

    internal double Number(string field, double otherwise) => Find(field) is { } value ? AsNumber(field, value) : otherwise;

    internal bool Bool(string field, bool otherwise) => Find(field) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Error(field, $"{Show(value)} is not a boolean."),
    };

    /// <summary>A list of texts; null where it is absent or null.</summary>
    internal IReadOnlyList<string>? OptionalTexts(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(v => AsText(field, v))],
        { } value => throw Error(field, $"{Show(value)} is not a list."),
    };

    internal string Text(string field) => AsText(field, Required(field));

    internal string Text(string field, string otherwise) => Find(field) is { } value ? AsText(field, value) : otherwise;

    internal DataFormatException Error(string field, string message) => new(path, prefix + field, message);

    /// <summary>Reads every name and text; one with half of a surrogate pair can't be read.</summary>
    private static void ReadTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    ReadTexts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    _ = property.Name;
                    ReadTexts(property.Value);
                }

                break;
        }
    }

    private JsonElement Required(string field) => Find(field) ?? throw Error(field, "is missing.");

    private int AsInt(string field, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
        ? number
        : throw Error(field, $"{Show(value)} is not a whole number of 32 bits.");

    private double AsNumber(string field, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
        ? number
        : throw Error(field, $"{Show(value)} is not a finite number.");

    private string AsText(string field, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Error(field, $"{Show(value)} is not a string.");
}
