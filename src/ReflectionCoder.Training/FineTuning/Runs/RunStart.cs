using Microsoft.Extensions.Logging;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Decides where a run starts, and prevents that two runs are mixed in one output directory.</summary>
internal static class RunStart
{
    private static readonly string[] Configurations = ["config.json", WeightFiles.AdapterConfiguration];

    /// <summary>Looks where the run starts. Removes nothing: the run may still be refused.</summary>
    /// <returns>The checkpoint to go on from, or null for the beginning.</returns>
    /// <exception cref="CheckpointException">
    /// The checkpoint is unusable, or the directory holds another run, or what this one needs.
    /// </exception>
    public static TrainingCheckpoint? Find(CheckpointStore store, ICausalLanguageModel model, FineTuningOptions options)
    {
        if (options.ResumeFromCheckpoint is { } directory)
        {
            return TrainingCheckpoint.Open(directory);
        }

        if (options.Resume)
        {
            TrainingCheckpoint? latest = store.FindLatest();
            if (latest is null)
            {
                options.Logger.LogWarning(
                    "{Directory} holds no checkpoint to go on from; starting from the beginning.",
                    store.OutputDirectory
                );
            }

            return latest;
        }

        Directory.CreateDirectory(store.OutputDirectory);
        if (options.OverwriteOutputDirectory)
        {
            RequireBaseElsewhere(store, model, options);
        }
        else if (Former(store).FirstOrDefault() is { } found)
        {
            throw Refuse(store, $"already holds {found}: resume that run, overwrite it, or name another output directory.");
        }

        return null;
    }

    /// <summary>
    /// Removes what interrupted writes left, and the former run if it is to be overwritten. Call it when nothing can refuse the run any
    /// more.
    /// </summary>
    /// <exception cref="CheckpointException">The system refused.</exception>
    public static void Clear(CheckpointStore store, FineTuningOptions options)
    {
        try
        {
            store.RemoveTemporaries();
            if (options.OverwriteOutputDirectory)
            {
                foreach (long step in store.Steps())
                {
                    store.Remove(step);
                }

                store.RemoveBest();

                // Configurations first: without them the rest is no model.
                foreach (string name in Models(store))
                {
                    File.Delete(Path.Combine(store.OutputDirectory, name));
                }
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException and not CheckpointException)
        {
            throw new CheckpointException(
                $"{store.OutputDirectory}: what a former run left could not be removed: {exception.Message}",
                exception
            )
            {
                Directory = store.OutputDirectory,
            };
        }
    }

    private static IEnumerable<string> Models(CheckpointStore store) =>
        [
            .. Configurations
                .Concat(WeightFiles.In(store.OutputDirectory))
                .Append(WeightFiles.Adapter)
                .Where(name => File.Exists(Path.Combine(store.OutputDirectory, name))),
        ];

    private static IEnumerable<string> Former(CheckpointStore store)
    {
        IEnumerable<string> unfinished = new FolderUpdate(store.OutputDirectory).IsUnfinished ? ["a model whose save was cut off"] : [];
        IEnumerable<string> best = BestCheckpoint.IsIn(store.OutputDirectory) ? [BestCheckpoint.FolderName] : [];
        return Models(store)
            .Concat(unfinished)
            .Concat(best)
            .Concat(store.Steps().Reverse().Select(step => Path.GetFileName(store.DirectoryOf(step))));
    }

    /// <summary>Refuses to overwrite the folder with the adapter's base model: the adapter would be useless without it.</summary>
    private static void RequireBaseElsewhere(CheckpointStore store, ICausalLanguageModel model, FineTuningOptions options)
    {
        if (options.Lora is null || model is not IAdaptableModel { SourceDirectory: { } source })
        {
            return;
        }

        string[] doomed =
        [
            store.OutputDirectory,
            BestCheckpoint.DirectoryIn(store.OutputDirectory),
            .. store.Steps().Select(store.DirectoryOf),
        ];
        if (doomed.Any(folder => FolderPath.IsSame(folder, source)))
        {
            throw Refuse(store, $"is to be overwritten, but the adapter's base was loaded from {source}; name another output directory.");
        }
    }

    private static CheckpointException Refuse(CheckpointStore store, string reason) =>
        new($"{store.OutputDirectory} {reason}") { Directory = store.OutputDirectory };
}
