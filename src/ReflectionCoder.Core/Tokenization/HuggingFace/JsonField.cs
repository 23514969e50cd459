using System.Text.Json;
using System.Text.Unicode;
using ReflectionCoder.Files;

namespace ReflectionCoder.Tokenization.HuggingFace;

/// <summary>An entry of a JSON file that knows where it stands, so that what is wrong with it can be said.</summary>
internal readonly struct JsonField(string file, string path, JsonElement element)
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };
    private readonly JsonElement element = element;

    /// <summary>Whether it is null.</summary>
    public bool IsNull => element.ValueKind == JsonValueKind.Null;

    /// <summary>Whether it is an array.</summary>
    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    /// <summary>Whether it is an object.</summary>
    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataFormatException">It is no JSON, names a property twice, or holds text that isn't Unicode.</exception>
    public static T Read<T>(string file, ReadOnlyMemory<byte> content, Func<JsonField, T> read)
    {
        try
        {
            ReadOnlyMemory<byte> text = content.Span.StartsWith("\ufeff"u8) ? content[3..] : content;
            CheckText(file, text.Span);
            using JsonDocument document = JsonDocument.Parse(text, Options);
            return read(new JsonField(file, string.Empty, document.RootElement));
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(file, "not a JSON document: " + exception.Message, exception);
        }
    }

    /// <summary>Finds halves of surrogate pairs and broken UTF-8 at once, wherever they are: they could be neither read nor saved.</summary>
    private static void CheckText(string file, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            throw new DataFormatException(file, "not UTF-8.");
        }

        if (text.IndexOf("\\ud"u8) < 0 && text.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        Utf8JsonReader reader = new(text);
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
        catch (InvalidOperationException exception)
        {
            throw new DataFormatException(file, $"the text before byte {reader.BytesConsumed} is not Unicode: {exception.Message}", exception);
        }
    }

    /// <summary>A property.</summary>
    /// <exception cref="DataFormatException">There is none.</exception>
    public JsonField Required(string name) => Optional(name) ?? throw Expected(name, "is missing");

    /// <summary>A property; null where it is absent or null.</summary>
    public JsonField? Optional(string name)
    {
        if (!IsObject)
        {
            throw Wrong("an object");
        }

        return element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? new JsonField(file, path.Length == 0 ? name : $"{path}.{name}", value)
            : null;
    }

    /// <summary>Items of an array.</summary>
    public IEnumerable<JsonField> Items()
    {
        if (!IsArray)
        {
            throw Wrong("an array");
        }

        (string owner, string prefix) = (file, path);
        return element.EnumerateArray().Select((item, index) => new JsonField(owner, $"{prefix}[{index}]", item));
    }

    /// <summary>Properties of an object.</summary>
    public IEnumerable<(string Name, JsonField Value)> Properties()
    {
        if (!IsObject)
        {
            throw Wrong("an object");
        }

        (string owner, string prefix) = (file, path);
        return element.EnumerateObject().Select(property => (property.Name, new JsonField(owner, prefix, property.Value)));
    }

    /// <summary>A string.</summary>
    public string String() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong("a string");

    /// <summary>A character of UTF-16.</summary>
    public char Character() => String() is [char character] && !char.IsSurrogate(character) ? character : throw Wrong("one character up to U+FFFF");

    /// <summary>A number from 0 to a limit.</summary>
    public int Int32(int most) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) && value >= 0 && value <= most
            ? value
            : throw Wrong($"an integer from 0 to {most}");

    /// <summary>A truth value.</summary>
    public bool Boolean() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("true or false"),
    };

    /// <summary>A truth value; a default where it is absent or null.</summary>
    public bool Boolean(string name, bool absent = false) => Optional(name)?.Boolean() ?? absent;

    /// <summary>Whether a property is absent, null, false, zero or empty.</summary>
    public bool IsUnset(string name) => Optional(name) is not JsonField field || field.element.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.String => field.String().Length == 0,
        JsonValueKind.Number => field.element.TryGetDouble(out double value) && value == 0,
        _ => false,
    };

    /// <summary>The error that says that this asks for what isn't supported.</summary>
    public DataFormatException Refuse(string what, Exception? cause = null) => new(file, $"not supported: {what}{At}.", cause);

    /// <summary>The error that says what is wrong with this.</summary>
    public DataFormatException Broken(string problem) => new(file, problem + At + ".");

    private string At => path.Length == 0 ? string.Empty : $" (at '{path}')";

    private DataFormatException Wrong(string expected)
    {
        string raw = element.GetRawText();
        string shown = raw.Length > 60 ? raw[..60] + "…" : raw;
        return new DataFormatException(file, $"'{path}' is {shown}; expected {expected}.");
    }

    private DataFormatException Expected(string name, string problem) =>
        new(file, $"'{(path.Length == 0 ? name : $"{path}.{name}")}' {problem}.");
}
