using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using CommunityToolkit.HighPerformance.Buffers;

namespace ReflectionCoder.Files;

/// <summary>Makes objects of the lines of a file, or of the array that all lines together are.</summary>
/// <remarks>
/// A file is an array if its first line begins like one and the whole is JSON. If it isn't, every line counts for itself, unless none is
/// an object.
/// </remarks>
internal sealed class JsonRecordLines(string path, bool allowInfinity) : IDisposable
{
    private readonly ArrayPoolBufferWriter<byte> array = new();

    /// <summary>
    /// Takes the next line: a function that reads its object, or null if it is blank or belongs to an array. The function throws if the
    /// line isn't a JSON object, or isn't UTF-8. Call it before the next line is taken.
    /// </summary>
    public Func<JsonField>? Take(TextLine line)
    {
        if (array.WrittenCount > 0 || (line.Number == 1 && line.Bytes.Span.TrimStart(" \t"u8).StartsWith("["u8)))
        {
            array.Write(line.Bytes.Span);
            array.Write("\n"u8);
            return null;
        }

        return line.IsBlank
            ? null
            : () =>
            {
                ReadOnlyMemory<byte> text = allowInfinity ? WithoutInfinity(line.Text) : line.Text;
                return JsonField.ObjectOf(JsonText.ParseLine(text, path, line.Number), path, line.Number);
            };
    }

    /// <summary>After the last line: the elements of the array; empty if the file is none.</summary>
    public IEnumerable<Func<JsonField>> TakeArray() => array.WrittenCount > 0 ? ReadArray(array.WrittenMemory) : [];

    public void Dispose() => array.Dispose();

    private IEnumerable<Func<JsonField>> ReadArray(ReadOnlyMemory<byte> text)
    {
        DataFormatException broken;
        try
        {
            TextLine.CheckText(text.Span, path, 0);
            JsonElement elements = JsonText.ParseLine(text, path, 0);
            return elements.EnumerateArray().Select((element, i) => (Func<JsonField>)(() => new JsonField(element, path, i + 1)));
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
}
