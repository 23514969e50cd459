namespace ReflectionCoder.Safetensors;

/// <summary>Cuts a list of tensors into files as Hugging Face does (<c>split_torch_state_dict_into_shards</c>).</summary>
internal static class ShardPlan
{
    /// <summary>
    /// Fills shards in the order given. A tensor larger than a shard gets one of its own, in front of the shard being filled, which goes on
    /// with what follows. A tied tensor has one name here, so it is counted and written once.
    /// </summary>
    /// <param name="tensors">Names and sizes in bytes.</param>
    /// <param name="maxShardSize">Most bytes of a file's tensors.</param>
    /// <returns>File names with their tensors; one file has the single file's name.</returns>
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
