using System.Runtime.CompilerServices;

namespace ReflectionCoder.Files;

/// <summary>
/// Reads the objects of a JSONL file, line by line, or of a file that holds one JSON array, which is read whole. Blank lines are skipped.
/// </summary>
internal static class JsonRecords
{
    /// <summary>Reads the objects. Each knows its line number, or in an array its position from 1.</summary>
    /// <param name="path">The file. A name that ends in <c>.gz</c> is decompressed.</param>
    /// <exception cref="DataFormatException">A line isn't a JSON object, or isn't UTF-8.</exception>
    public static IEnumerable<JsonField> Read(string path)
    {
        using JsonRecordLines lines = new(path, allowInfinity: false);
        foreach (TextLine line in LineReader.Read(path))
        {
            if (lines.Take(line) is { } read)
            {
                yield return ObjectOf(read);
            }
        }

        foreach (Func<JsonField> read in lines.TakeArray())
        {
            yield return ObjectOf(read);
        }
    }

    /// <summary>Reads the objects without blocking a thread.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <param name="allowInfinity">
    /// Whether numbers may be infinite, as Python writes them. They become 1e999, which Python reads so.
    /// </param>
    /// <exception cref="DataFormatException">A line isn't a JSON object, or isn't UTF-8.</exception>
    public static async IAsyncEnumerable<JsonField> ReadAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        bool allowInfinity = false
    )
    {
        await foreach (Func<JsonField> read in ReadEachAsync(path, cancellationToken, allowInfinity).ConfigureAwait(false))
        {
            yield return ObjectOf(read);
        }
    }

    /// <summary>
    /// The same, for callers that go on after a bad object: each function reads one, and throws if a line isn't a JSON object, or isn't
    /// UTF-8. Call it before the next one is asked for. An element of an array may be no object.
    /// </summary>
    public static async IAsyncEnumerable<Func<JsonField>> ReadEachAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        bool allowInfinity = false
    )
    {
        using JsonRecordLines lines = new(path, allowInfinity);
        await foreach (TextLine line in LineReader.ReadAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (lines.Take(line) is { } read)
            {
                yield return read;
            }
        }

        foreach (Func<JsonField> read in lines.TakeArray())
        {
            yield return read;
        }
    }

    /// <summary>Reads one of <see cref="ReadEachAsync"/>, which must be an object.</summary>
    /// <exception cref="DataFormatException">It isn't one.</exception>
    public static JsonField ObjectOf(Func<JsonField> read)
    {
        JsonField record = read();
        return JsonField.ObjectOf(record.Element, record.Path, record.Line);
    }
}
