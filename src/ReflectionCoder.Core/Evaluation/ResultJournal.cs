using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ReflectionCoder.Files;

namespace ReflectionCoder.Evaluation;

/// <summary>
/// Results in a JSONL file that only grows, so that a stopped evaluation can be continued. Lines of other versions of the library are
/// passed over, as if they were not there.
/// </summary>
internal sealed class ResultJournal : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    private readonly FileStream? file;
    private readonly Dictionary<(string TaskId, int Sample), EvaluationResult> results;

    private ResultJournal(FileStream? file, Dictionary<(string TaskId, int Sample), EvaluationResult> results)
    {
        this.file = file;
        this.results = results;
    }

    /// <summary>Opens or creates the file. A last line that was only partly written is removed.</summary>
    /// <param name="path">The file; null to store nothing.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="DataFormatException">A line isn't a result.</exception>
    public static async Task<ResultJournal> OpenAsync(string? path, CancellationToken cancellationToken)
    {
        var earlier = new Dictionary<(string TaskId, int Sample), EvaluationResult>();
        if (path is null)
        {
            return new ResultJournal(null, earlier);
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        // Not even shared for reading: on Unix that alone keeps out a second writer, which would write over this one's lines.
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            await ReadAsync(stream, path, earlier, cancellationToken).ConfigureAwait(false);
            return new ResultJournal(stream, earlier);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A result that the file held when it was opened; null if there is none.</summary>
    public EvaluationResult? Find(string taskId, int sample) => results.GetValueOrDefault((taskId, sample));

    /// <summary>Appends a result to the file, and flushes it to the system.</summary>
    public async Task AppendAsync(EvaluationResult result, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(result, Json), (byte)'\n'];
            await file.WriteAsync(line, cancellationToken).ConfigureAwait(false);
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task ReadAsync(
        FileStream file,
        string path,
        Dictionary<(string TaskId, int Sample), EvaluationResult> results,
        CancellationToken cancellationToken
    )
    {
        long complete = 0;
        await foreach (TextLine line in LineReader.ReadAsync(file, path, cancellationToken).ConfigureAwait(false))
        {
            if (!line.IsWhole)
            {
                break;
            }

            try
            {
                EvaluationResult result =
                    JsonSerializer.Deserialize<EvaluationResult>(line.Bytes.Span, Json) ?? throw line.Error("is null");
                results[(result.TaskId, result.Sample)] = result;
            }
            catch (JsonException) when (IsOfAnotherVersion(line))
            {
                // Not known: the completion is tested again. The line stays, because a file only grows.
            }
            catch (JsonException exception)
            {
                throw line.Error($"isn't a result of an evaluation: {exception.Message}", exception);
            }

            complete = line.End;
        }

        file.SetLength(complete);
        file.Position = complete;
    }

    /// <summary>
    /// Whether a line is a result as another version writes it: it names its task and sample, has another outcome or lacks fields, and
    /// would be a result if it were not for these.
    /// </summary>
    private static bool IsOfAnotherVersion(TextLine line)
    {
        try
        {
            if (JsonNode.Parse(line.Bytes.Span) is not JsonObject result || result["task_id"] is null || result["sample"] is null)
            {
                return false;
            }

            if (result["outcome"] is not { } outcome || outcome.GetValueKind() == JsonValueKind.String)
            {
                result["outcome"] = "failed";
            }

            foreach (
                (string name, JsonNode value) in ((string, JsonNode)[])
                    [("passed", false), ("wall_seconds", 0), ("error", ""), ("completion", ""), ("fingerprint", "")]
            )
            {
                result.TryAdd(name, value);
            }

            return result.Deserialize<EvaluationResult>(Json) is not null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return false; // not JSON, half of a surrogate pair, a name that comes twice
        }
    }
}
