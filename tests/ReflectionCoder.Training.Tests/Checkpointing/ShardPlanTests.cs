using ReflectionCoder.Checkpointing;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Tests.Checkpointing;

public sealed class ShardPlanTests
{
    /// <summary>The example of <c>split_torch_state_dict_into_shards</c>: greedy, in order, nothing rearranged.</summary>
    [Fact]
    public void Split_HuggingFacesExample_IsTheSame()
    {
        var plan = ShardPlan.Split([("a", 6), ("b", 6), ("c", 2), ("d", 6), ("e", 2), ("f", 2)], 10);
        Assert.Equal(["a|b,c|d,e,f"], [string.Join('|', plan.Select(shard => string.Join(',', shard.Names)))]);
        Assert.Equal(
            ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors"],
            plan.Select(shard => shard.FileName)
        );
    }

    /// <summary>A tensor that is too large goes in front of the shard being filled, which then goes on.</summary>
    [Theory]
    [InlineData("4,11,4", "1|0,2")]
    [InlineData("11,4", "0|1")]
    [InlineData("4,11", "1|0")]
    [InlineData("10,1", "0|1")]
    [InlineData("5,5,0", "0,1,2")]
    [InlineData("11", "0")]
    [InlineData("", "")]
    public void Split_Edges_AreHuggingFaces(string sizes, string expected)
    {
        long[] bytes = [.. sizes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        var plan = ShardPlan.Split(bytes.Select((size, i) => ($"{i}", size)), 10);
        Assert.Equal(expected, string.Join('|', plan.Select(shard => string.Join(',', shard.Names))));
        Assert.Equal(plan.Count == 1, plan[0].FileName == SafetensorsIndex.FileName);
    }

    /// <summary>Against a naive twin that walks as the Python function does, and against what any cut must keep.</summary>
    [Fact]
    public void Split_RandomSizes_KeepsOrderAndBound()
    {
        Random random = new(5);
        for (int round = 0; round < 200; round++)
        {
            (string Name, long Bytes)[] tensors =
            [
                .. Enumerable.Range(0, random.Next(1, 30)).Select(i => ($"t{i:D2}", (long)random.Next(0, 15))),
            ];
            Dictionary<string, long> sizes = tensors.ToDictionary();
            var plan = ShardPlan.Split(tensors, 10);
            Assert.Equal(tensors.Select(tensor => tensor.Name), plan.SelectMany(shard => shard.Names).Order());
            foreach ((_, IReadOnlyList<string> names) in plan)
            {
                Assert.Equal(names.Order(), names);
                Assert.True(names.Sum(name => sizes[name]) <= 10 || names.Count == 1);
            }

            // Greedy: what starts a shard did not fit the one before.
            string[][] filled = [.. plan.Select(shard => shard.Names.ToArray()).Where(names => names.Sum(name => sizes[name]) <= 10)];
            for (int i = 1; i < filled.Length; i++)
            {
                Assert.True(filled[i - 1].Sum(name => sizes[name]) + sizes[filled[i][0]] > 10);
            }
        }
    }
}
