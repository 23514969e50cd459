using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ReflectionCoder.Files;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Checkpointing;

/// <summary>
/// The <c>checkpoint-N</c> folders of an output directory. A checkpoint is written under a temporary name, flushed to the disk and then
/// renamed. So if the process is killed or the write fails, all former checkpoints are as they were.
/// </summary>
/// <remarks>One process at a time may write to an output directory.</remarks>
internal sealed class CheckpointStore
{
    private const string Prefix = "checkpoint-";
    private const string TemporaryMark = ".tmp-";
    private readonly ILogger logger;

    /// <summary>Opens an output directory; it need not exist.</summary>
    /// <param name="outputDirectory">Where the checkpoints lie.</param>
    /// <param name="logger">Is told of unusable checkpoints and removed folders; null for no log.</param>
    public CheckpointStore(string outputDirectory, ILogger? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputDirectory);
        OutputDirectory = outputDirectory;
        this.logger = logger ?? NullLogger.Instance;
    }

    /// <summary>Where the checkpoints lie.</summary>
    public string OutputDirectory { get; }

    /// <summary>Called during a write, when all files are there but not valid yet. Tests end the process there.</summary>
    internal Action<string>? BeforeCommit { get; set; }

    /// <summary>The folder of a step's checkpoint, whether it exists or not.</summary>
    /// <param name="step">Optimizer steps done.</param>
    /// <returns>Its path.</returns>
    public string DirectoryOf(long step) => Path.Combine(OutputDirectory, Prefix + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>The steps that have a checkpoint folder, ascending; their content is not looked at.</summary>
    /// <returns>The steps.</returns>
    public IReadOnlyList<long> Steps() =>
        !Directory.Exists(OutputDirectory)
            ? []
            : [.. Directory.EnumerateDirectories(OutputDirectory, Prefix + "*").Select(StepOf).Where(step => step >= 0).Order()];

    /// <summary>Finds the newest complete checkpoint; incomplete ones are skipped with a warning.</summary>
    /// <returns>The checkpoint, or null if there is none.</returns>
    /// <exception cref="CheckpointException">The newest one has an older format, which this version doesn't read.</exception>
    public TrainingCheckpoint? FindLatest()
    {
        foreach (long step in Steps().Reverse())
        {
            try
            {
                return TrainingCheckpoint.Open(DirectoryOf(step));
            }
            catch (CheckpointException exception) when (!exception.IsOfOlderFormat)
            {
                logger.LogWarning("Passing over an unusable checkpoint: {Reason}", exception.Message);
            }
        }

        return null;
    }

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="state">Where the run stands; its file list is filled in here.</param>
    /// <param name="writeFiles">Writes every other file into the folder it is given.</param>
    /// <returns>The checkpoint's folder.</returns>
    /// <exception cref="CheckpointException">A file could not be written; nothing of it is left behind.</exception>
    public string Write(TrainerState state, Action<string> writeFiles)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(writeFiles);
        string target = DirectoryOf(state.Step);
        WriteAtomically(
            target,
            temporary =>
            {
                writeFiles(temporary);
                BeforeCommit?.Invoke(temporary);
                (state with { Files = SizesOf(temporary) }).Save(temporary);
            }
        );
        return target;
    }

    /// <summary>
    /// Writes the trained model, or adapter, to the output directory itself, in place of a former one. If the process is killed, the
    /// directory holds the old model or the new one, never a mixture (see <see cref="ModelFolder.FinishSave"/>).
    /// </summary>
    /// <param name="writeFiles">Writes the files into the folder it is given.</param>
    /// <exception cref="CheckpointException">A file could not be written.</exception>
    public void WriteFinal(Action<string> writeFiles)
    {
        ArgumentNullException.ThrowIfNull(writeFiles);
        try
        {
            new FolderUpdate(OutputDirectory) { BeforeCommit = BeforeCommit }.Write(writeFiles);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{OutputDirectory}: the model could not be written: {exception.Message}", exception)
            {
                Directory = OutputDirectory,
            };
        }
    }

    /// <summary>
    /// Removes what interrupted writes left behind. Exception: a final model that was already complete is moved to its place.
    /// </summary>
    /// <returns>How many folders were removed.</returns>
    public int RemoveTemporaries()
    {
        if (!Directory.Exists(OutputDirectory))
        {
            return 0;
        }

        ModelFolder.FinishSave(OutputDirectory);
        string[] strays = [.. Directory.GetDirectories(OutputDirectory, "*" + TemporaryMark + "*").Where(IsTemporary)];
        foreach (string stray in strays)
        {
            logger.LogInformation("Removing {Directory}, left by an interrupted write.", stray);
            Directory.Delete(stray, recursive: true);
        }

        return strays.Length;
    }

    /// <summary>Keeps the newest checkpoints and removes the others.</summary>
    /// <param name="limit">How many to keep, at least 1.</param>
    public void KeepNewest(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        foreach (long step in Steps().SkipLast(limit))
        {
            Remove(step);
        }
    }

    /// <summary>
    /// Removes a checkpoint. It is renamed first, so that a process killed on the way leaves a temporary folder, not half a checkpoint.
    /// </summary>
    /// <param name="step">Its step.</param>
    public void Remove(long step) => Remove(DirectoryOf(step), NewTemporary(DirectoryOf(step)));

    /// <summary>Removes the best checkpoint, if there is one.</summary>
    public void RemoveBest()
    {
        if (BestCheckpoint.IsIn(OutputDirectory))
        {
            // The temporary name is one that RemoveTemporaries knows.
            Remove(
                BestCheckpoint.DirectoryIn(OutputDirectory),
                NewTemporary(Path.Combine(OutputDirectory, Prefix + BestCheckpoint.FolderName))
            );
        }
    }

    private static void Remove(string directory, string doomed)
    {
        Directory.Move(directory, doomed);
        Directory.Delete(doomed, recursive: true);
    }

    private static void WriteAtomically(string target, Action<string> write)
    {
        string temporary = NewTemporary(target);
        Guard(
            target,
            temporary,
            () =>
            {
                Directory.CreateDirectory(temporary);
                write(temporary);
                DurableStorage.FlushTree(temporary);
                string? replaced = null;
                if (Directory.Exists(target))
                {
                    replaced = NewTemporary(target);
                    Directory.Move(target, replaced);
                }

                Directory.Move(temporary, target);
                DurableStorage.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
                if (replaced is not null)
                {
                    Directory.Delete(replaced, recursive: true);
                }
            }
        );
    }

    private static void Guard(string target, string temporary, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception)
        {
            TryDelete(temporary);
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointException($"{target} could not be written: {exception.Message}", exception) { Directory = target };
            }

            throw;
        }
    }

    private static void TryDelete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The caller gets the exception that made the write fail, which says more. The next run's start removes this folder.
        }
    }

    private static Dictionary<string, long> SizesOf(string directory) =>
        Directory
            .EnumerateFiles(directory)
            .Order(StringComparer.Ordinal)
            .ToDictionary(file => Path.GetFileName(file), file => new FileInfo(file).Length);

    private static string NewTemporary(string target) => target + TemporaryMark + Guid.NewGuid().ToString("N")[..8];

    private static bool IsTemporary(string directory)
    {
        string name = Path.GetFileName(directory);
        return name.StartsWith(Prefix, StringComparison.Ordinal) || name.StartsWith(FolderUpdate.TemporaryPrefix, StringComparison.Ordinal);
    }

    private static long StepOf(string directory) =>
        long.TryParse(Path.GetFileName(directory).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            ? step
            : -1;
}
