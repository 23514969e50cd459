using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace ReflectionCoder.Evaluation;

/// <summary>The objects of a JSONL file, plain or gzipped, or of a file that holds one JSON array.</summary>
internal static class JsonLines
{
    /// <summary>Reads the objects, each with its line (in an array: its place, from 1).</summary>
    /// <exception cref="EvaluationFormatException">A line is no JSON object.</exception>
    public static async IAsyncEnumerable<JsonLine> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using ConfiguredAsyncDisposable fileScope = file.ConfigureAwait(false);
        Stream content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        await using ConfiguredAsyncDisposable contentScope = content.ConfigureAwait(false);
        using var reader = new StreamReader(content);
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
                string all = line + "\n" + await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                int index = 0;
                foreach (JsonElement element in Parse(all, path, 0).EnumerateArray())
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
            return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException exception)
        {
            throw new EvaluationFormatException(path, number + 1, $"not readable as gzip: {exception.Message}", exception);
        }
    }

    private static JsonElement Parse(string text, string path, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new EvaluationFormatException(path, line, $"not JSON: {exception.Message}", exception);
        }
    }

    private static JsonElement CheckObject(JsonElement element, string path, int line) => element.ValueKind == JsonValueKind.Object
        ? element
        : throw new EvaluationFormatException(path, line, $"expected a JSON object, found {element.ValueKind}");
}

/// <summary>An object and where it stands.</summary>
internal readonly record struct JsonLine(string Path, int Number, JsonElement Object)
{
    /// <summary>Whether the field is there.</summary>
    public bool Has(string field) => Object.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>A text field.</summary>
    public string GetText(string field) => Get(field) is { ValueKind: JsonValueKind.String } value
        ? value.GetString()!
        : throw Error($"field '{field}' must be text");

    /// <summary>A field that is a list of texts.</summary>
    public IReadOnlyList<string> GetTexts(string field) =>
        Get(field) is { ValueKind: JsonValueKind.Array } list && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : throw Error($"field '{field}' must be a list of texts");

    /// <summary>A field that must be there.</summary>
    public JsonElement Get(string field) => Object.TryGetProperty(field, out JsonElement value) ? value : throw Error($"field '{field}' is missing");

    /// <summary>An error at this line.</summary>
    public EvaluationFormatException Error(string problem) => new(Path, Number, problem);
}
