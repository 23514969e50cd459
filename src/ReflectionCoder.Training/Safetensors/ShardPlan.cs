namespace ReflectionCoder.Safetensors;

/// <summary>Divides a list of tensors among files as Hugging Face does (<c>split_torch_state_dict_into_shards</c>).</summary>
internal static class ShardPlan
{
    /// <summary>
    /// Fills one shard after another in the order of the tensors. A tensor larger than a shard gets a shard of its own, in front of the
    /// shard that is being filled, which then goes on with the next tensors. A tied tensor has only one name here, so it is counted and
    /// written once.
    /// </summary>
    /// <param name="tensors">Names and sizes in bytes.</param>
    /// <param name="maxShardSize">Most bytes of the tensors of one file.</param>
    /// <returns>The file names with the names of their tensors. If all fit in one file, it has the name of a single file.</returns>
    internal static IReadOnlyList<(string FileName, IReadOnlyList<string> Names)> Split(
        IEnumerable<(string Name, long Bytes)> tensors,
        long maxShardSize
    )
    {
        List<List<string>> shards = [];
        List<string> current = [];
        long size = 0;
        foreach ((string name, long bytes) in tensors)
        {
            if (bytes > maxShardSize)
            {
                shards.Add([name]);
                continue;
            }

            if (size + bytes > maxShardSize)
            {
                shards.Add(current);
                current = [];
                size = 0;
            }

            current.Add(name);
            size += bytes;
        }

        if (current.Count > 0 || shards.Count == 0)
        {
            shards.Add(current);
        }

        return
        [
            .. shards.Select(
                (names, i) =>
                    (shards.Count == 1 ? SafetensorsIndex.FileName : WeightFiles.Shard(i, shards.Count), (IReadOnlyList<string>)names)
            ),
        ];
    }
}
