using System.Text.Json;
using ReflectionCoder.Files;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// The metrics file of a run: one line for each step, with a JSON object. Fields are snake case, times are in seconds, losses in nats. A
/// line survives the process's death as soon as its step is done, and the machine's once a checkpoint of its step exists.
/// </summary>
internal sealed class MetricsFile : IDisposable
{
    /// <summary>The library's fields of a line; terms of a host's loss must have other names.</summary>
    public static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "step",
        "max_steps",
        "epoch",
        "loss",
        "ce",
        "kl",
        "mask_rate",
        "learning_rate",
        "grad_norm",
        "labels",
        "tokens",
        "hidden_tokens",
        "tokens_per_second",
        "peak_memory_bytes",
        "elapsed_seconds",
        "remaining_seconds",
    };

    private readonly FileStream stream;
    private readonly long keptLength;
    private readonly bool wasMade;
    private bool begun;

    private MetricsFile(FileStream stream, long keptLength, bool wasMade) =>
        (this.stream, this.keptLength, this.wasMade) = (stream, keptLength, wasMade);

    /// <summary>Opens the file; what is in it stays until <see cref="Begin"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lastStep">Last step whose line is kept, so that a resumed run writes each step once; -1 to start an empty file.</param>
    public static MetricsFile Open(string path, long lastStep)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }

        bool isNew = !File.Exists(path);
        long length = lastStep < 0 || isNew ? 0 : LengthThrough(path, lastStep);
        return new MetricsFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read), length, isNew);
    }

    /// <summary>Removes the lines that are not kept. Must be called before the first line is written.</summary>
    public void Begin()
    {
        stream.SetLength(keptLength);
        stream.Seek(0, SeekOrigin.End);
        begun = true;
    }

    public void Write(TrainingProgress progress) =>
        WriteLine(json =>
        {
            json.WriteNumber("step", progress.Step);
            json.WriteNumber("max_steps", progress.MaxSteps);
            json.WriteNumber("epoch", progress.Epoch);
            json.WriteNumber("loss", progress.Loss);
            json.WriteNumber("ce", progress.CrossEntropy);
            WriteOptional(json, "kl", progress.Divergence);
            WriteAll(json, progress.LossTerms);
            WriteOptional(json, "mask_rate", progress.MaskRate);
            json.WriteNumber("learning_rate", progress.LearningRate);
            json.WriteNumber("grad_norm", progress.GradientNorm);
            json.WriteNumber("labels", progress.Labels);
            json.WriteNumber("tokens", progress.SampleTokens);
            json.WriteNumber("hidden_tokens", progress.HiddenTokens);
            WriteAll(json, progress.Metrics);
            json.WriteNumber("tokens_per_second", Math.Round(progress.TokensPerSecond, 1));
            json.WriteNumber("peak_memory_bytes", progress.PeakMemoryBytes);
            json.WriteNumber("elapsed_seconds", Math.Round(progress.Elapsed.TotalSeconds, 3));
            json.WriteNumber("remaining_seconds", Math.Round(progress.Remaining.TotalSeconds, 3));
        });

    /// <summary>A line for what was measured before the first step.</summary>
    public void WriteStart(IReadOnlyDictionary<string, double> metrics) =>
        WriteLine(json =>
        {
            json.WriteNumber("step", 0);
            WriteAll(json, metrics);
        });

    public void FlushToDisk() => stream.Flush(flushToDisk: true);

    /// <summary>Closes the file. If it was made for this run and the run never began, it is deleted.</summary>
    public void Dispose()
    {
        stream.Dispose();
        if (wasMade && !begun)
        {
            File.Delete(stream.Name);
        }
    }

    private static long LengthThrough(string path, long lastStep)
    {
        using FileStream written = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        long kept = 0;
        foreach (TextLine line in LineReader.Read(written, path))
        {
            if (!line.IsWhole || !TryReadStep(line.Bytes.Span, out long step) || step > lastStep)
            {
                break;
            }

            kept = line.End;
        }

        return kept;
    }

    private static bool TryReadStep(ReadOnlySpan<byte> line, out long step)
    {
        step = 0;
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("step", out JsonElement element)
                && element.TryGetInt64(out step);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteAll(Utf8JsonWriter json, IReadOnlyDictionary<string, double> metrics)
    {
        foreach ((string name, double value) in metrics)
        {
            json.WriteNumber(name, value);
        }
    }

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        stream.Write(line.GetBuffer(), 0, (int)line.Length);
        stream.Flush();
    }
}
