using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Sequences;

/// <summary>Reads and writes the optional object <c>metadata</c> of a line.</summary>
internal static class SampleMetadataJson
{
    private const string Name = "metadata";

    /// <summary>Reads the object. A field that is null counts as absent, and unknown fields are ignored.</summary>
    /// <param name="reader">Stands at the object's name; stands at its end afterwards.</param>
    /// <param name="path">The name of the file in messages.</param>
    /// <param name="line">Number of the line, from 1.</param>
    /// <returns>The metadata; null where the value is null.</returns>
    /// <exception cref="DataFormatException">A value is of the wrong kind or out of range; the message names its field.</exception>
    public static SampleMetadata? Read(ref Utf8JsonReader reader, string path, long line)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        JsonField metadata = JsonField.Within(document.RootElement, path, line, Name);
        return new SampleMetadata
        {
            TaskId = metadata.Optional("task_id")?.Text(),
            Variant = metadata.Optional("variant")?.Int(int.MaxValue),
            Language = metadata.Optional("language")?.Text(),
            Tests = metadata.Optional("tests") is { } tests ? Origin(tests) : null,
            TokenDivergence = metadata.Optional("token_divergence") is { } tokens ? Share(tokens) : null,
            SyntaxDivergence = metadata.Optional("syntax_divergence") is { } syntax ? Share(syntax) : null,
            Mistakes = metadata.OptionalTexts("mistakes") ?? [],
        };
    }

    /// <summary>Writes the object; fields without a value are left out.</summary>
    /// <returns>Name of the field that holds half of a surrogate pair; null if there is none.</returns>
    public static string? Write(SampleMetadata metadata, IBufferWriter<byte> output)
    {
        ObjectWriter json = new(output);
        output.Write("{"u8);
        json.Text("task_id", metadata.TaskId);
        if (metadata.Variant is { } variant)
        {
            json.Name("variant");
            output.Write(Encoding.ASCII.GetBytes(variant.ToString(CultureInfo.InvariantCulture)));
        }

        json.Text("language", metadata.Language);
        json.Text("tests", metadata.Tests is { } tests ? NameOf(tests) : null);
        json.Number("token_divergence", metadata.TokenDivergence);
        json.Number("syntax_divergence", metadata.SyntaxDivergence);
        json.Texts("mistakes", metadata.Mistakes);
        output.Write("}"u8);
        return json.BrokenField;
    }

    private static string NameOf(TestOrigin tests) => tests == TestOrigin.Task ? "task" : "author";

    private static TestOrigin Origin(JsonField field) =>
        field.Text() switch
        {
            "task" => TestOrigin.Task,
            "author" => TestOrigin.Author,
            _ => throw field.Must("'task' or 'author'"),
        };

    private static double Share(JsonField field) => field.Number() is >= 0 and <= 1 and double value ? value : throw field.Must("0 to 1");

    /// <summary>Writes fields with the separators of Python's <c>json.dumps</c>.</summary>
    private sealed class ObjectWriter(IBufferWriter<byte> output)
    {
        private bool isFirst = true;

        /// <summary>The first field that holds half of a surrogate pair.</summary>
        public string? BrokenField { get; private set; }

        public void Name(string name)
        {
            output.Write(isFirst ? "\""u8 : ", \""u8);
            output.Write(Encoding.ASCII.GetBytes(name));
            output.Write("\": "u8);
            isFirst = false;
        }

        public void Text(string name, string? value)
        {
            if (value is not null)
            {
                Name(name);
                Quoted(name, value);
            }
        }

        public void Number(string name, double? value)
        {
            if (value is { } number)
            {
                Name(name);
                ConversationFormatter.WriteNumber(number, output);
            }
        }

        public void Texts(string name, IReadOnlyList<string> values)
        {
            if (values.Count == 0)
            {
                return;
            }

            Name(name);
            for (int i = 0; i < values.Count; i++)
            {
                output.Write(i == 0 ? "["u8 : ", "u8);
                Quoted(name, values[i]);
            }

            output.Write("]"u8);
        }

        private void Quoted(string name, string value)
        {
            output.Write("\""u8);
            if (!ConversationFormatter.TryWriteString(value, output))
            {
                BrokenField ??= $"{SampleMetadataJson.Name}.{name}";
            }

            output.Write("\""u8);
        }
    }
}
