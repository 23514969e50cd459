using System.Text.Json.Nodes;
using ReflectionCoder.Files;

namespace ReflectionCoder.Safetensors;

/// <summary>Writes weights as one file, or as shards with an index.</summary>
internal static class ShardedWeights
{
    /// <summary>Writes the files into a folder that nobody reads yet (see <see cref="FolderUpdate"/>).</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="tensors">The weights in the model's order; a tied one once.</param>
    /// <param name="maxShardSize">Most bytes of the tensors of one file.</param>
    /// <param name="onFile">Called with the name of each file that is complete. The default value is null.</param>
    internal static void Write(
        string directory,
        IReadOnlyCollection<TensorSource> tensors,
        long maxShardSize,
        Action<string>? onFile = null
    )
    {
        _ = SafetensorsWriter.Sorted(tensors); // finds a wrong name before anything is written
        Dictionary<string, TensorSource> byName = tensors.ToDictionary(tensor => tensor.Name);
        IReadOnlyList<(string FileName, IReadOnlyList<string> Names)> shards = ShardPlan.Split(
            tensors.Select(tensor => (tensor.Name, tensor.Bytes)),
            maxShardSize
        );
        foreach ((string fileName, IReadOnlyList<string> names) in shards)
        {
            AtomicFile.Write(
                Path.Combine(directory, fileName),
                stream => SafetensorsWriter.Write(stream, names.Select(name => byName[name]))
            );
            onFile?.Invoke(fileName);
        }

        if (shards.Count > 1)
        {
            AtomicFile.WriteText(
                Path.Combine(directory, SafetensorsIndex.IndexFileName),
                Index(shards, tensors.Sum(tensor => tensor.Bytes))
            );
            onFile?.Invoke(SafetensorsIndex.IndexFileName);
        }
    }

    private static string Index(IReadOnlyList<(string FileName, IReadOnlyList<string> Names)> shards, long totalBytes)
    {
        var map = new JsonObject();
        foreach (
            (string name, string file) in shards
                .SelectMany(shard => shard.Names.Select(name => (name, shard.FileName)))
                .OrderBy(pair => pair.name, StringComparer.Ordinal)
        )
        {
            map[name] = file;
        }

        JsonObject index = new()
        {
            ["metadata"] = new JsonObject { ["total_size"] = totalBytes },
            ["weight_map"] = map,
        };
        return index.ToJsonString(JsonOutput.Indented) + "\n";
    }
}
