using System.Globalization;
using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>Reads the fields of a benchmark's tasks.</summary>
internal static class RecordFields
{
    /// <summary>The id of the task. A number n, as in MBPP's files, becomes <c>Mbpp/n</c>, as MBPP+ calls it.</summary>
    public static string GetTaskId(this JsonField record)
    {
        JsonField id = record.Required("task_id");
        return id.IsText ? id.Text()
            : id.Element.ValueKind == JsonValueKind.Number && id.Element.TryGetInt64(out long number)
                ? "Mbpp/" + number.ToString(CultureInfo.InvariantCulture)
            : throw id.Must("text or a whole number");
    }

    /// <summary>A text field.</summary>
    public static string GetText(this JsonField record, string name)
    {
        JsonField field = record.Required(name);
        return field.IsText ? field.Text() : throw field.Must("text");
    }

    /// <summary>A text field that holds more than white space, such as the tests of a problem.</summary>
    public static string GetContent(this JsonField record, string name)
    {
        string text = record.GetText(name);
        return string.IsNullOrWhiteSpace(text) ? throw record.Error(name, "is empty") : text;
    }

    /// <summary>A list of texts that holds at least one, such as the tests of a problem.</summary>
    public static IReadOnlyList<string> GetContents(this JsonField record, string name)
    {
        IReadOnlyList<string> texts = record.GetTexts(name);
        return texts.All(string.IsNullOrWhiteSpace) ? throw record.Error(name, "is empty") : texts;
    }

    /// <summary>A field that is a list of texts.</summary>
    public static IReadOnlyList<string> GetTexts(this JsonField record, string name)
    {
        JsonField field = record.Required(name);
        return field.IsTexts ? field.Texts() : throw field.Must("a list of texts");
    }

    /// <summary>Whether a field exists and isn't null.</summary>
    public static bool Holds(this JsonField record, string name) => record.Optional(name) is not null;
}
