using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>The objects of a JSONL file, plain or gzipped, or of a file that holds one JSON array.</summary>
internal static class JsonLines
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the objects, each with its line (in an array: its place, from 1).</summary>
    /// <exception cref="DataFormatException">A line is no JSON object, or no UTF-8.</exception>
    public static async IAsyncEnumerable<JsonLine> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using ConfiguredAsyncDisposable fileScope = file.ConfigureAwait(false);
        Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        await using ConfiguredAsyncDisposable contentScope = content.ConfigureAwait(false);

        // Bytes as characters: each line is decoded by itself, so that the one that is no UTF-8 can be named.
        using var reader = new StreamReader(content, Encoding.Latin1, detectEncodingFromByteOrderMarks: false);
        int number = 0;
        while (await ReadLineAsync(reader, path, number, cancellationToken).ConfigureAwait(false) is { } line)
        {
            number++;
            if (line.AsSpan().Trim().IsEmpty)
            {
                continue;
            }

            if (number == 1 && line.AsSpan().TrimStart()[0] == '[')
            {
                StringBuilder all = new(line);
                for (; await ReadLineAsync(reader, path, number, cancellationToken).ConfigureAwait(false) is { } next; number++)
                {
                    all.Append('\n').Append(next);
                }

                int index = 0;
                foreach (JsonElement element in Parse(all.ToString(), path, 0).EnumerateArray())
                {
                    yield return new JsonLine(path, ++index, CheckObject(element, path, index));
                }

                yield break;
            }

            yield return new JsonLine(path, number, CheckObject(Parse(line, path, number), path, number));
        }
    }

    private static async Task<string?> ReadLineAsync(StreamReader reader, string path, int number, CancellationToken cancellationToken)
    {
        try
        {
            string? line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            return line is null ? null : Strict.GetString(WithoutMark(Encoding.Latin1.GetBytes(line), number));
        }
        catch (DecoderFallbackException exception)
        {
            throw new DataFormatException(path, number + 1, "not valid UTF-8", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new DataFormatException(path, number + 1, $"not readable as gzip: {exception.Message}", exception);
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(byte[] line, int number) =>
        number == 0 && line.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? line.AsSpan(Encoding.UTF8.Preamble.Length) : line;

    private static JsonElement Parse(string text, string path, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new DataFormatException(path, line, $"not JSON: {exception.Message}", exception);
        }
    }

    private static JsonElement CheckObject(JsonElement element, string path, int line) => element.ValueKind == JsonValueKind.Object
        ? element
        : throw new DataFormatException(path, line, $"expected a JSON object, found {element.ValueKind}");
}

/// <summary>An object and where it stands.</summary>
internal readonly record struct JsonLine(string Path, int Number, JsonElement Object)
{
    /// <summary>Whether the field is there.</summary>
    public bool Has(string field) => Object.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>The problem's name. Where a file has a number it is MBPP's, and becomes the name that MBPP+ gives it.</summary>
    public string GetTaskId() => Get("task_id") switch
    {
        { ValueKind: JsonValueKind.String } => GetText("task_id"),
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out long id) =>
            "Mbpp/" + id.ToString(CultureInfo.InvariantCulture),
        _ => throw Error("field 'task_id' must be text or a whole number"),
    };

    /// <summary>A text field.</summary>
    public string GetText(string field) => Get(field) is { ValueKind: JsonValueKind.String } value
        ? GetText(value, field)
        : throw Error($"field '{field}' must be text");

    /// <summary>A field that is a list of texts.</summary>
    public IReadOnlyList<string> GetTexts(string field) =>
        Get(field) is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? GetTexts(list, field)
            : throw Error($"field '{field}' must be a list of texts");

    /// <summary>A field that must be there.</summary>
    public JsonElement Get(string field) => Object.TryGetProperty(field, out JsonElement value) ? value : throw Error($"field '{field}' is missing");

    /// <summary>An error at this line.</summary>
    public DataFormatException Error(string problem) => new(Path, Number, problem);

    private string[] GetTexts(JsonElement list, string field)
    {
        var texts = new List<string>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            texts.Add(GetText(item, field));
        }

        return [.. texts];
    }

    private string GetText(JsonElement value, string field)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // Escapes are checked only here.
            throw new DataFormatException(Path, Number, $"field '{field}' escapes one half of a surrogate pair", exception);
        }
    }
}
