using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReflectionCoder.Checkpointing;

/// <summary>
/// Where a run stands: the content of <c>trainer_state.json</c>. This file is written last; a folder without it is no checkpoint.
/// </summary>
internal sealed record TrainerState
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "trainer_state.json";

    /// <summary>The format that this version writes, and the only one that it reads.</summary>
    public const int CurrentFormat = 2;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    /// <summary>Format of the checkpoint.</summary>
    public required int Format { get; init; }

    /// <summary>Version of the library that wrote it.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>Optimizer steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Optimizer steps of the whole run.</summary>
    public required long MaxSteps { get; init; }

    /// <summary>The epoch the next step belongs to, from 0.</summary>
    public required int Epoch { get; init; }

    /// <summary>Optimizer steps done of that epoch.</summary>
    public required int StepInEpoch { get; init; }

    /// <summary>State of the sampler's random generator before it drew that epoch, 625 numbers.</summary>
    public required IReadOnlyList<uint> SamplerState { get; init; }

    /// <summary>State of the masks' random generator after <see cref="Step"/>, 625 numbers.</summary>
    public required IReadOnlyList<uint> MaskState { get; init; }

    /// <summary>Updates the optimizer has made.</summary>
    public required long OptimizerStep { get; init; }

    /// <summary>CPU threads of the run. With another number a run can be resumed, but its results may differ in the last bits.</summary>
    public required int Threads { get; init; }

    /// <summary>The options that a resumed run must share, by name.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>Hash of the tokenized samples.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Training time so far, in seconds, all sessions together.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>
    /// Bytes of every other file of the checkpoint, by name. So a file that is missing or cut short is noticed before anything is loaded.
    /// </summary>
    public required IReadOnlyDictionary<string, long> Files { get; init; }

    /// <summary>Writes <c>trainer_state.json</c>.</summary>
    /// <param name="directory">The checkpoint's folder.</param>
    public void Save(string directory) =>
        File.WriteAllBytes(Path.Combine(directory, FileName), JsonSerializer.SerializeToUtf8Bytes(this, Json));

    /// <summary>Reads <c>trainer_state.json</c>.</summary>
    /// <param name="directory">The checkpoint's folder.</param>
    /// <returns>The state.</returns>
    /// <exception cref="CheckpointException">The file is missing, malformed, or of another format.</exception>
    public static TrainerState Load(string directory)
    {
        string path = Path.Combine(directory, FileName);
        try
        {
            using FileStream stream = File.OpenRead(path);
            TrainerState state =
                JsonSerializer.Deserialize<TrainerState>(stream, Json)
                ?? throw new CheckpointException($"{path} holds no object.") { Directory = directory };
            return state.Format == CurrentFormat
                ? state
                : throw new CheckpointException(
                    $"{path} has format {state.Format}; this version reads {CurrentFormat}. "
                        + $"Only the version that wrote it ({state.LibraryVersion}) can go on with its run."
                )
                {
                    Directory = directory,
                    IsOfOlderFormat = state.Format is >= 1 and < CurrentFormat,
                };
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException($"{directory} is no checkpoint: it has no {FileName}.", exception) { Directory = directory };
        }
        catch (JsonException exception)
        {
            throw new CheckpointException($"{path} is malformed: {exception.Message}", exception) { Directory = directory };
        }
    }
}
