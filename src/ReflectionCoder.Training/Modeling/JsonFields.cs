using System.Text.Encodings.Web;
using System.Text.Json;

namespace ReflectionCoder.Modeling;

/// <summary>Reads the fields of a JSON object; a field of the wrong kind is named in the error.</summary>
internal sealed class JsonFields(JsonElement json, string path, string prefix = "")
{
    internal static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal string Path => path;

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

    internal double Number(string field, double otherwise) => Find(field) is { } value ? AsNumber(field, value) : otherwise;

    internal bool Bool(string field, bool otherwise) => Find(field) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Error(field, $"{value.GetRawText()} is not a boolean."),
    };

    internal string Text(string field) => AsText(field, Required(field));

    internal string Text(string field, string otherwise) => Find(field) is { } value ? AsText(field, value) : otherwise;

    internal ModelConfigException Error(string field, string message) => new(path, prefix + field, message);

    private JsonElement Required(string field) => Find(field) ?? throw Error(field, "is missing.");

    private int AsInt(string field, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
        ? number
        : throw Error(field, $"{value.GetRawText()} is not a whole number of 32 bits.");

    private double AsNumber(string field, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number)
        ? number
        : throw Error(field, $"{value.GetRawText()} is not a number.");

    private string AsText(string field, JsonElement value) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Error(field, $"{value.GetRawText()} is not a string.");
}
