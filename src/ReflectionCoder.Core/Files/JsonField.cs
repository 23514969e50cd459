using System.Text.Json;

namespace ReflectionCoder.Files;

/// <summary>A value of a JSON document, together with its place, so that errors can name the place.</summary>
/// <remarks>
/// Methods with a parameter <c>property</c> read a property of an object; a property that is null counts as absent. If a value is missing
/// or of another kind, they throw a <see cref="DataFormatException"/> that names file, line and field.
/// </remarks>
internal readonly struct JsonField
{
    /// <summary>The name of the document itself in messages.</summary>
    public const string Root = "$";

    private const int LongestShown = 100;

    private readonly string name;

    /// <summary>Starts at a document's root.</summary>
    /// <param name="element">The root.</param>
    /// <param name="path">The name of the file in messages.</param>
    /// <param name="line">Number of the line that holds the document, from 1; 0 if the whole file is the document.</param>
    public JsonField(JsonElement element, string path, long line = 0)
        : this(element, path, line, string.Empty) { }

    private JsonField(JsonElement element, string path, long line, string name)
    {
        Element = element;
        Path = path;
        Line = line;
        this.name = name;
    }

    /// <summary>The value itself.</summary>
    public JsonElement Element { get; }

    /// <summary>The name of the file in messages.</summary>
    public string Path { get; }

    /// <summary>Number of the line, from 1; 0 if the whole file is the document.</summary>
    public long Line { get; }

    /// <summary>Whether it is an array.</summary>
    public bool IsArray => Element.ValueKind == JsonValueKind.Array;

    /// <summary>Whether it is an object.</summary>
    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    /// <summary>Whether it is a string.</summary>
    public bool IsText => Element.ValueKind == JsonValueKind.String;

    /// <summary>Whether it is an array that holds only strings.</summary>
    public bool IsTexts => IsArray && Element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);

    /// <summary>Names of an object's properties.</summary>
    public IEnumerable<string> Names => Element.EnumerateObject().Select(property => property.Name);

    private string Name => name.Length == 0 ? Root : name;

    private string Subject => Line > 0 ? $"field '{Name}'" : $"'{Name}'";

    private string At => name.Length == 0 ? string.Empty : $" (at '{name}')";

    /// <summary>Reads a file as <see cref="JsonText.Parse"/> does.</summary>
    public static T Read<T>(string path, ReadOnlyMemory<byte> content, Func<JsonField, T> read)
    {
        using JsonDocument document = JsonText.Parse(content, path);
        return read(new JsonField(document.RootElement, path));
    }

    /// <summary>Starts at the root of a line that must hold an object.</summary>
    /// <exception cref="DataFormatException">It holds something else.</exception>
    public static JsonField ObjectOf(JsonElement element, string path, long line) =>
        element.ValueKind == JsonValueKind.Object
            ? new JsonField(element, path, line)
            : throw new DataFormatException(path, line, $"expected a JSON object, found {Show(element)}.");

    /// <summary>Starts at an object that stands inside a line, whose other fields were read in another way.</summary>
    /// <param name="element">The object.</param>
    /// <param name="path">The name of the file in messages.</param>
    /// <param name="line">Number of the line, from 1.</param>
    /// <param name="name">The object's name in messages.</param>
    /// <exception cref="DataFormatException">It is no object.</exception>
    public static JsonField Within(JsonElement element, string path, long line, string name)
    {
        JsonField field = new(element, path, line, name);
        return field.IsObject ? field : throw field.Wrong("an object");
    }

    /// <summary>A value as text for a message, shortened if it is long.</summary>
    public static string Show(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= LongestShown ? text : text[..LongestShown] + "…";
    }

    /// <summary>Whether the property exists; it may be null.</summary>
    public bool Has(string property) => Element.TryGetProperty(property, out _);

    /// <summary>A property's value; null if it is absent or null.</summary>
    public JsonElement? Find(string property) => Optional(property)?.Element;

    /// <summary>A property; null if it is absent or null.</summary>
    public JsonField? Optional(string property)
    {
        if (!IsObject)
        {
            throw Wrong("an object");
        }

        return Element.TryGetProperty(property, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? new JsonField(value, Path, Line, NameOf(property))
            : null;
    }

    /// <summary>A property that must exist.</summary>
    public JsonField Required(string property) =>
        Optional(property) ?? throw new JsonField(default, Path, Line, NameOf(property)).Says("is missing.");

    /// <summary>The items of an array. Errors name an item by its index.</summary>
    public IEnumerable<JsonField> Items() => Each((field, index) => $"{field.name}[{index}]");

    /// <summary>The properties of an object with any names, such as a vocabulary. Errors name the object, not the property.</summary>
    public IEnumerable<(string Name, JsonField Value)> Properties()
    {
        if (!IsObject)
        {
            throw Wrong("an object");
        }

        JsonField owner = this;
        return Element
            .EnumerateObject()
            .Select(property => (property.Name, new JsonField(property.Value, owner.Path, owner.Line, owner.name)));
    }

    /// <summary>A string.</summary>
    public string Text()
    {
        if (!IsText)
        {
            throw Wrong("a string");
        }

        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Says("escapes one half of a surrogate pair; expected whole characters.", e); // escapes are checked only here
        }
    }

    /// <summary>An array of strings. Errors name the array, not the item.</summary>
    public IReadOnlyList<string> Texts() => [.. Each((field, _) => field.name).Select(item => item.Text())];

    /// <summary>A string of one UTF-16 unit.</summary>
    public char Character() =>
        Text() is [char character] && !char.IsSurrogate(character) ? character : throw Wrong("one character up to U+FFFF");

    /// <summary>A whole number from 0 to a limit.</summary>
    public int Int(int most) => TryInt(out int value) && value >= 0 && value <= most ? value : throw Wrong($"an integer from 0 to {most}");

    /// <summary>A whole number of 32 bits.</summary>
    public int Int() => TryInt(out int value) ? value : throw Wrong("a whole number of 32 bits");

    /// <summary>A number.</summary>
    public double Number() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw Wrong("a finite number");

    /// <summary>A truth value.</summary>
    public bool Bool() =>
        Element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong("true or false"),
        };

    public string Text(string property) => Required(property).Text();

    public string Text(string property, string otherwise) => Optional(property)?.Text() ?? otherwise;

    public IReadOnlyList<string>? OptionalTexts(string property) => Optional(property)?.Texts();

    public int Int(string property) => Required(property).Int();

    public int Int(string property, int otherwise) => Optional(property)?.Int() ?? otherwise;

    public int? OptionalInt(string property) => Optional(property)?.Int();

    /// <summary>A property that may be a number, a list of numbers or absent, as a list. Errors name the list.</summary>
    public IReadOnlyList<int> Ints(string property) =>
        Optional(property) switch
        {
            null => [],
            { IsArray: true } list => [.. list.Each((field, _) => field.name).Select(item => item.Int())],
            { } value => [value.Int()],
        };

    public double Number(string property) => Required(property).Number();

    public double Number(string property, double otherwise) => Optional(property)?.Number() ?? otherwise;

    public double? OptionalNumber(string property) => Optional(property)?.Number();

    public bool Bool(string property, bool otherwise) => Optional(property)?.Bool() ?? otherwise;

    /// <summary>Whether a property is absent, null, false, zero or empty.</summary>
    public bool IsUnset(string property) =>
        Optional(property) is not { } field
        || field.Element.ValueKind switch
        {
            JsonValueKind.False => true,
            JsonValueKind.String => field.Text().Length == 0,
            JsonValueKind.Number => field.Element.TryGetDouble(out double value) && value == 0,
            _ => false,
        };

    /// <summary>Makes an error about the line that holds the document.</summary>
    public DataFormatException LineError(string problem) => new(Path, Line, problem);

    /// <summary>Makes an error about a property.</summary>
    public DataFormatException Error(string property, string problem) => new(Path, Line, NameOf(property), problem);

    /// <summary>Makes an error that says what this value must be.</summary>
    public DataFormatException Must(string be) => Says($"must be {be}, found {Show(Element)}.");

    /// <summary>Makes an error that says that this value asks for something that isn't supported.</summary>
    public DataFormatException Refuse(string what, Exception? cause = null) =>
        DataFormatException.OfField(Path, Line, Name, string.Empty, $"not supported: {what}{At}.", cause);

    /// <summary>Makes an error about this value.</summary>
    public DataFormatException Broken(string problem) => DataFormatException.OfField(Path, Line, Name, string.Empty, $"{problem}{At}.");

    private bool TryInt(out int value)
    {
        value = 0;
        return Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out value);
    }

    private IEnumerable<JsonField> Each(Func<JsonField, int, string> nameOf)
    {
        if (!IsArray)
        {
            throw Wrong("an array");
        }

        JsonField owner = this;
        return Element.EnumerateArray().Select((item, index) => new JsonField(item, owner.Path, owner.Line, nameOf(owner, index)));
    }

    private string NameOf(string property) => name.Length == 0 ? property : $"{name}.{property}";

    private DataFormatException Wrong(string expected) => Says($"is {Show(Element)}; expected {expected}.");

    private DataFormatException Says(string problem, Exception? cause = null) =>
        DataFormatException.OfField(Path, Line, Name, Subject + " ", problem, cause);
}
