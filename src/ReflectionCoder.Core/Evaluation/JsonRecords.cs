using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;
using CommunityToolkit.HighPerformance.Buffers;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>Reads the objects of a JSONL file or of a file that holds one JSON array, and their fields.</summary>
internal static class JsonRecords
{
    /// <summary>Reads the objects. Each knows its line number, or in an array its position from 1.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <param name="allowInfinity">Whether numbers may be infinite, as Python writes them. They become 1e999, which Python reads
    /// so.</param>
    /// <exception cref="DataFormatException">A line isn't a JSON object, or isn't UTF-8.</exception>
    public static async IAsyncEnumerable<JsonField> ReadAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        bool allowInfinity = false
    )
    {
        await foreach (Func<JsonField> read in ReadEachAsync(path, cancellationToken, allowInfinity).ConfigureAwait(false))
        {
            JsonField record = read();
            yield return JsonField.ObjectOf(record.Element, path, record.Line);
        }
    }

    /// <summary>
    /// The same, for callers that go on after a bad object: each function reads one, and throws if a line isn't a JSON object, or isn't
    /// UTF-8. Call it before the next one is asked for. An element of an array may be no object.
    /// </summary>
    /// <remarks>
    /// A file is an array if its first line begins like one and the whole is JSON. If it isn't, every line counts for itself, unless none
    /// is an object.
    /// </remarks>
    public static async IAsyncEnumerable<Func<JsonField>> ReadEachAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        bool allowInfinity = false
    )
    {
        using ArrayPoolBufferWriter<byte> array = new();
        await foreach (TextLine line in LineReader.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (array.WrittenCount > 0 || (line.Number == 1 && line.Bytes.Span.TrimStart(" \t"u8).StartsWith("["u8)))
            {
                array.Write(line.Bytes.Span);
                array.Write("\n"u8);
            }
            else if (!line.IsBlank)
            {
                yield return () =>
                {
                    ReadOnlyMemory<byte> text = allowInfinity ? WithoutInfinity(line.Text) : line.Text;
                    return JsonField.ObjectOf(JsonText.ParseLine(text, path, line.Number), path, line.Number);
                };
            }
        }

        foreach (Func<JsonField> read in array.WrittenCount > 0 ? ReadArray(array.WrittenMemory, path) : [])
        {
            yield return read;
        }
    }

    private static IEnumerable<Func<JsonField>> ReadArray(ReadOnlyMemory<byte> text, string path)
    {
        DataFormatException broken;
        try
        {
            TextLine.CheckText(text.Span, path, 0);
            JsonElement array = JsonText.ParseLine(text, path, 0);
            return array.EnumerateArray().Select((element, i) => (Func<JsonField>)(() => new JsonField(element, path, i + 1)));
        }
        catch (DataFormatException exception)
        {
            broken = exception;
        }

        List<Func<JsonField>> lines = [];
        DataFormatException? notText = null;
        bool anyObject = false;
        using var stream = new MemoryStream(text.ToArray(), writable: false);
        foreach (TextLine line in LineReader.Read(stream, path).Where(line => !line.IsBlank))
        {
            try
            {
                JsonField record = line.ParseObject();
                lines.Add(() => record);
                anyObject = true;
            }
            catch (DataFormatException exception)
            {
                notText ??= Utf8.IsValid(line.Bytes.Span) ? null : exception;
                DataFormatException error = exception;
                lines.Add(() => throw error);
            }
        }

        return anyObject ? lines : [() => throw notText ?? broken];
    }

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

    /// <summary>Writes 1e999 for each <c>Infinity</c> that isn't in a string.</summary>
    private static ReadOnlyMemory<byte> WithoutInfinity(ReadOnlyMemory<byte> line)
    {
        ReadOnlySpan<byte> rest = line.Span;
        if (rest.IndexOf("Infinity"u8) < 0)
        {
            return line;
        }

        var written = new ArrayBufferWriter<byte>(rest.Length);
        bool inString = false;
        while (rest.Length > 0)
        {
            bool isInfinite = !inString && rest.StartsWith("Infinity"u8);
            int taken =
                isInfinite ? "Infinity"u8.Length
                : inString && rest[0] == '\\' ? Math.Min(2, rest.Length)
                : 1;
            inString ^= taken == 1 && rest[0] == '"';
            written.Write(isInfinite ? "1e999"u8 : rest[..taken]);
            rest = rest[taken..];
        }

        return written.WrittenMemory;
    }

    /// <summary>Whether a field exists and isn't null.</summary>
    public static bool Holds(this JsonField record, string name) => record.Optional(name) is not null;
}
