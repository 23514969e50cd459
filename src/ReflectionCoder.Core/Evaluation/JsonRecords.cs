using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CommunityToolkit.HighPerformance.Buffers;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>Reads the objects of a JSONL file or of a file that holds one JSON array, and their fields.</summary>
internal static class JsonRecords
{
    /// <summary>Reads the objects. Each knows its line number, or in an array its position from 1.</summary>
    /// <exception cref="DataFormatException">A line isn't a JSON object, or isn't UTF-8.</exception>
    public static async IAsyncEnumerable<JsonField> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (Entry entry in ReadEntriesAsync(path, cancellationToken).ConfigureAwait(false))
        {
            yield return entry.Object();
        }
    }

    /// <summary>Reads all lines that aren't blank, or all elements of an array, whatever they hold.</summary>
    /// <remarks>
    /// A file is an array if its first line begins like one and the whole is JSON. If it isn't, every line counts for itself, unless none is
    /// an object.
    /// </remarks>
    /// <exception cref="DataFormatException">The file can't be read in lines: it isn't the gzip that its name says.</exception>
    public static async IAsyncEnumerable<Entry> ReadEntriesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
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
                yield return Entry.Of(line);
            }
        }

        foreach (Entry entry in array.WrittenCount > 0 ? ReadArray(array.WrittenMemory, path) : [])
        {
            yield return entry;
        }
    }

    private static IEnumerable<Entry> ReadArray(ReadOnlyMemory<byte> text, string path)
    {
        DataFormatException broken;
        try
        {
            TextLine.CheckText(text.Span, path, 0);
            JsonElement array = JsonText.ParseLine(text, path, 0);
            return array.EnumerateArray().Select((element, i) => new Entry(path, i + 1, element, null, InArray: true));
        }
        catch (DataFormatException exception)
        {
            broken = exception;
        }

        using var stream = new MemoryStream(text.ToArray(), writable: false);
        Entry[] lines = [.. LineReader.Read(stream, path).Where(line => !line.IsBlank).Select(Entry.Of)];
        return lines.Any(line => line.Element is { ValueKind: JsonValueKind.Object }) ? lines
            : lines.FirstOrDefault(line => !line.IsUtf8) is { Path: not null } first ? [first]
            : [new Entry(path, 0, null, broken)];
    }

    /// <summary>What a line or an element of an array holds.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Number">Number of the line, or position in the array, from 1; 0 for the whole file.</param>
    /// <param name="Element">The value; null if it isn't JSON.</param>
    /// <param name="Error">Why there is no value.</param>
    /// <param name="InArray">Whether it is an element of an array.</param>
    public readonly record struct Entry(string Path, long Number, JsonElement? Element, DataFormatException? Error, bool InArray = false)
    {
        /// <summary>Whether it can be read as text.</summary>
        public bool IsUtf8 { get; private init; } = true;

        /// <summary>Reads a line.</summary>
        public static Entry Of(TextLine line)
        {
            bool isUtf8 = false;
            try
            {
                ReadOnlyMemory<byte> text = line.Text;
                isUtf8 = true;
                return new Entry(line.Path, line.Number, JsonText.ParseLine(text, line.Path, line.Number), null);
            }
            catch (DataFormatException exception)
            {
                return new Entry(line.Path, line.Number, null, exception) { IsUtf8 = isUtf8 };
            }
        }

        /// <summary>The value as an object.</summary>
        /// <exception cref="DataFormatException">It is none.</exception>
        public JsonField Object() => JsonField.ObjectOf(Element ?? throw Error!, Path, Number);
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

    /// <summary>A field that is a list of texts.</summary>
    public static IReadOnlyList<string> GetTexts(this JsonField record, string name)
    {
        JsonField field = record.Required(name);
        return field.IsTexts ? field.Texts() : throw field.Must("a list of texts");
    }

    /// <summary>Whether a field exists and isn't null.</summary>
    public static bool Holds(this JsonField record, string name) => record.Optional(name) is not null;
}
