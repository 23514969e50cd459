using System.Text.Json;
using ReflectionCoder.Batching;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Batching;

[Trait("Category", "Golden")]
public sealed class SamplerGoldenTests
{
    [Fact]
    public void SampleEpoch_RecordedPermutations_GiveTheReferencesOrder()
    {
        foreach (JsonElement golden in Reference.Golden("sampler").GetProperty("cases").EnumerateArray())
        {
            SampleInfo[] infos =
            [
                .. golden
                    .GetProperty("lengths_by_dataset")
                    .EnumerateArray()
                    .SelectMany(
                        (lengths, dataset) =>
                            lengths.EnumerateArray().Select(length => new SampleInfo(length.GetInt32(), SampleType.Reflection, dataset))
                    ),
            ];
            int batchSize = golden.GetProperty("batch_size").GetInt32();
            NumpyRandomState random = new(golden.GetProperty("np_seed").GetUInt32());
            foreach (JsonElement epoch in golden.GetProperty("epochs").EnumerateArray())
            {
                int[][] permutations = [.. epoch.GetProperty("randperm").EnumerateArray().Select(Integers)];
                ISampler sampler = Samplers.ReferenceLengthGrouped((dataset, _) => permutations[dataset]);
                IReadOnlyList<int[]> steps = sampler.SampleEpoch(infos, batchSize, random);
                Assert.Equal(Integers(epoch.GetProperty("indices")), steps.SelectMany(step => step));
                Assert.All(steps, step => Assert.Equal(batchSize, step.Length));
                Assert.Equal(golden.GetProperty("len").GetInt32(), steps.Count * batchSize);
            }
        }
    }

    // numpy turns the indices into floats where a data set gives none.
    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(value => checked((int)value.GetDouble()))];
}
