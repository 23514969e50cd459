using System.Text.Json;
using System.Text.Json.Serialization;
using ReflectionCoder.Files;

namespace ReflectionCoder.Samples.Ablate.Results;

/// <summary>results.jsonl: a whole line a row, on the disk before the next arm begins. One study at a time has it open.</summary>
internal sealed class ResultsFile : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly FileStream stream;
    private readonly FileStream claim;
    private readonly List<ResultRow> rows;

    private ResultsFile(FileStream stream, FileStream claim, List<ResultRow> rows) =>
        (this.stream, this.claim, this.rows) = (stream, claim, rows);

    public IReadOnlyList<ResultRow> Rows => rows;

    /// <summary>Opens the file to add rows; it is made if absent. A last line that was cut off is removed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notice">Told of a line that was cut off.</param>
    /// <exception cref="DataFormatException">A line isn't a row; the message names it.</exception>
    /// <exception cref="IOException">Another study has it open, or it can't be written.</exception>
    public static ResultsFile Open(string path, Action<string> notice)
    {
        // A file of its own, because only an exclusive lock keeps a second study out on Unix, and readers shall see the rows meanwhile.
        FileStream hold = new(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            (List<ResultRow> read, long end, bool isEnded) = Parse(path, ReadAll(file), notice);
            file.SetLength(end);
            file.Seek(0, SeekOrigin.End);
            if (!isEnded)
            {
                file.Write("\n"u8);
            }

            return new ResultsFile(file, hold, read);
        }
        catch
        {
            file.Dispose();
            hold.Dispose();
            throw;
        }
    }

    /// <summary>Reads the rows and changes nothing.</summary>
    /// <exception cref="DataFormatException">A line isn't a row; the message names it.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static IReadOnlyList<ResultRow> Read(string path, Action<string> notice)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Parse(path, ReadAll(file), notice).Rows;
    }

    public ResultRow? Find(string arm, long? seed, string fingerprint) =>
        rows.Find(row => row.Arm == arm && row.Seed == seed && row.Fingerprint == fingerprint);

    public void Append(ResultRow row)
    {
        stream.Write([.. JsonSerializer.SerializeToUtf8Bytes(row, Json), (byte)'\n']);
        stream.Flush(flushToDisk: true);
        rows.Add(row);
    }

    public void Dispose()
    {
        stream.Dispose();
        claim.Dispose();
    }

    private static byte[] ReadAll(FileStream file)
    {
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private static (List<ResultRow> Rows, long End, bool IsEnded) Parse(string path, byte[] content, Action<string> notice)
    {
        List<ResultRow> read = [];
        int start = 0;
        for (int line = 1; start < content.Length; line++)
        {
            int length = content.AsSpan(start).IndexOf((byte)'\n');
            bool isEnded = length >= 0;
            ReadOnlySpan<byte> text = isEnded ? content.AsSpan(start, length) : content.AsSpan(start);
            try
            {
                read.Add(JsonSerializer.Deserialize<ResultRow>(text, Json) ?? throw new JsonException("It is null."));
            }
            catch (JsonException) when (!isEnded)
            {
                notice($"{path}, line {line} was cut off, as by a kill while it was written; that row is left out.");
                return (read, start, true);
            }
            catch (JsonException exception)
            {
                throw new DataFormatException(
                    path,
                    line,
                    $"is no row of a study; expected a JSON object as this program writes it. {exception.Message} "
                        + "Remove the line to run its arm anew."
                );
            }

            if (!isEnded)
            {
                return (read, content.Length, false);
            }

            start += length + 1;
        }

        return (read, content.Length, true);
    }
}
