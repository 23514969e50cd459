using System.Text.Json;
using System.Text.Json.Serialization;
using ReflectionCoder.Files;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Checkpointing;

/// <summary>
/// The model or adapter that scored best in a run, as it was at that step: the folder <c>best</c> of the output directory. It can be loaded
/// like any other saved model or adapter, but holds no optimizer state, so a run can't resume from it.
/// </summary>
/// <remarks>
/// <para>The step and the score are in <c>best.json</c> there. It and the weights replace the former ones together: if the process is
/// killed, the folder holds the old model with its score, or the new one with its score.</para>
/// <para><c>FineTuningOptions.SaveTotalLimit</c> doesn't count this folder. <c>FineTuningOptions.OverwriteOutputDirectory</c> removes it
/// with the former run.</para>
/// </remarks>
public sealed record BestCheckpoint
{
    /// <summary>Name of the folder.</summary>
    internal const string FolderName = "best";

    /// <summary>Name of the file with step and score.</summary>
    internal const string FileName = "best.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    internal BestCheckpoint(string directory, long step, double score, string measure) =>
        (Directory, Step, Score, Measure) = (directory, step, score, measure);

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>Optimizer steps that were done when it was written.</summary>
    public long Step { get; }

    /// <summary>Its score; higher is better. With <c>CodeEvaluationCallback</c> this is pass@1, from 0 to 1.</summary>
    public double Score { get; }

    /// <summary>Hash of what the score was measured on. Only scores of the same measure can be compared.</summary>
    internal string Measure { get; }

    /// <summary>Finds the best checkpoint of a run. Loads no tensor.</summary>
    /// <param name="outputDirectory">The run's output directory; it need not exist.</param>
    /// <returns>The checkpoint, or null if there is none.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="CheckpointException">The file with step and score is damaged.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="FileWriteException">An interrupted write could not be finished.</exception>
    public static BestCheckpoint? Find(string outputDirectory)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputDirectory);
        string directory = DirectoryIn(outputDirectory);
        if (!IsIn(outputDirectory))
        {
            return null;
        }

        FolderUpdate.Finish(directory); // or the score might be the former one's
        try
        {
            if (JsonSerializer.Deserialize<Content>(File.ReadAllBytes(Path.Combine(directory, FileName)), Json) is { } content)
            {
                return new BestCheckpoint(directory, content.Step, content.Score, content.Measure);
            }
        }
        catch (JsonException)
        {
            // The error below names the file.
        }

        throw new CheckpointException($"{Path.Combine(directory, FileName)} is damaged: it holds no step and score.")
        {
            Directory = directory,
        };
    }

    /// <summary>The folder in an output directory, whether it exists or not.</summary>
    internal static string DirectoryIn(string outputDirectory) => Path.Combine(outputDirectory, FolderName);

    /// <summary>Whether an output directory has a best checkpoint. A folder of that name with other content is none.</summary>
    internal static bool IsIn(string outputDirectory)
    {
        string directory = DirectoryIn(outputDirectory);
        return File.Exists(Path.Combine(directory, FileName)) || new FolderUpdate(directory).IsUnfinished;
    }

    /// <summary>Writes a best checkpoint in place of the former one.</summary>
    /// <param name="outputDirectory">The run's output directory.</param>
    /// <param name="step">Optimizer steps done.</param>
    /// <param name="score">Its score.</param>
    /// <param name="measure">What the score was measured on.</param>
    /// <param name="writeFiles">Writes model and tokenizer into the folder that it is given.</param>
    /// <returns>The checkpoint.</returns>
    /// <exception cref="FileWriteException">The system refused. The former one is intact, or the next reader finishes this one.</exception>
    internal static BestCheckpoint Write(string outputDirectory, long step, double score, string measure, Action<string> writeFiles)
    {
        string directory = DirectoryIn(outputDirectory);
        FolderUpdate.Replace(
            directory,
            folder =>
            {
                writeFiles(folder);
                string json = JsonSerializer.Serialize(new Content(step, score, measure), Json);
                AtomicFile.WriteText(Path.Combine(folder, FileName), json + "\n");
            }
        );
        return new BestCheckpoint(directory, step, score, measure);
    }

    private sealed record Content(long Step, double Score, string Measure);
}
