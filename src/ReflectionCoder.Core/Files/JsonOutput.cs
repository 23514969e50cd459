using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReflectionCoder.Files;

/// <summary>Writes JSON in the form that Hugging Face's libraries write and expect.</summary>
internal static class JsonOutput
{
    /// <summary>Indented; characters outside ASCII aren't escaped.</summary>
    public static JsonSerializerOptions Indented { get; } =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A number that Python reads as a float: 4 is written as 4.0.</summary>
    public static JsonNode Float(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return JsonNode.Parse(text.AsSpan().IndexOfAny(".eE") < 0 ? text + ".0" : text)!;
    }

    /// <summary>One id as a number, several as a list, none as null.</summary>
    public static JsonNode? Ids(IReadOnlyList<int> ids) =>
        ids.Count switch
        {
            0 => null,
            1 => ids[0],
            _ => new JsonArray([.. ids.Select(id => JsonValue.Create(id))]),
        };
}
