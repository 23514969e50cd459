using Microsoft.Extensions.Logging;
using ReflectionCoder.Checkpointing;

namespace ReflectionCoder.FineTuning;

/// <summary>Decides where a run starts, and never mixes two runs in one output directory.</summary>
internal static class RunStart
{
    /// <returns>The checkpoint to go on from, or null for the beginning.</returns>
    /// <exception cref="CheckpointException">The checkpoint is unusable, or the directory holds another run.</exception>
    public static TrainingCheckpoint? Prepare(CheckpointStore store, FineTuningOptions options)
    {
        store.RemoveTemporaries();
        if (options.ResumeFromCheckpoint is { } directory)
        {
            return TrainingCheckpoint.Open(directory);
        }

        if (options.Resume)
        {
            TrainingCheckpoint? latest = store.FindLatest();
            if (latest is null)
            {
                options.Logger.LogWarning("{Directory} holds no checkpoint to go on from; starting from the beginning.", store.OutputDirectory);
            }

            return latest;
        }

        Directory.CreateDirectory(store.OutputDirectory);
        string[] models = [.. WeightFiles.In(store.OutputDirectory).Concat(["config.json", AdapterConfig.FileName, AdapterFolder.WeightsFileName]).Select(name => Path.Combine(store.OutputDirectory, name)).Where(File.Exists)];
        if (options.OverwriteOutputDirectory)
        {
            foreach (long step in store.Steps())
            {
                store.Remove(step);
            }

            Array.ForEach(models, File.Delete);
            return null;
        }

        if (models.Length > 0 || store.Steps().Count > 0)
        {
            string found = models.Length > 0 ? Path.GetFileName(models[0]) : Path.GetFileName(store.DirectoryOf(store.Steps()[^1]));
            throw new CheckpointException($"{store.OutputDirectory} already holds {found}: resume that run, overwrite it, or name another output directory.")
            {
                Directory = store.OutputDirectory,
            };
        }

        return null;
    }
}
