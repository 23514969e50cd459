using ReflectionCoder.Batching;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;
using ReflectionCoder.Sequences;

namespace ReflectionCoder.Tests.Batching;

public sealed class SamplerTests
{
    private static SampleInfo[] RandomInfos(int seed, int count)
    {
        Random random = new(seed);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => new SampleInfo(
                    random.Next(10, 400),
                    random.Next(3) == 0 ? SampleType.Generation : SampleType.Reflection,
                    random.Next(3)
                )),
        ];
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(3, 4)]
    [InlineData(97, 1)]
    [InlineData(97, 8)]
    [InlineData(1000, 3)]
    public void SampleEpoch_EverySample_ComesOnceInStepsOfOneType(int count, int batchSize)
    {
        SampleInfo[] infos = RandomInfos(count, count);
        IReadOnlyList<int[]> steps = Samplers.LengthGrouped.SampleEpoch(infos, batchSize, new NumpyRandomState(7));

        Assert.Equal(Enumerable.Range(0, count), steps.SelectMany(step => step).Order());
        Assert.All(steps, step => Assert.Single(step.Select(i => infos[i].Type).Distinct()));
        foreach (SampleType type in Enum.GetValues<SampleType>())
        {
            int[] sizes = [.. steps.Where(step => infos[step[0]].Type == type).Select(step => step.Length)];
            int samples = infos.Count(info => info.Type == type);
            Assert.Equal((samples + batchSize - 1) / batchSize, sizes.Length);
            Assert.Equal(samples / batchSize, sizes.Count(size => size == batchSize));
        }
    }

    [Fact]
    public void SampleEpoch_FirstStep_HoldsTheLongestSample()
    {
        SampleInfo[] infos = RandomInfos(5, 500);
        for (uint seed = 0; seed < 10; seed++)
        {
            IReadOnlyList<int[]> steps = Samplers.LengthGrouped.SampleEpoch(infos, 4, new NumpyRandomState(seed));
            Assert.Equal(infos.Max(info => info.Length), steps[0].Max(i => infos[i].Length));
        }
    }

    [Fact]
    public void SampleEpoch_Lengths_AreCloserThanAtRandom()
    {
        SampleInfo[] infos = RandomInfos(6, 1000);
        IReadOnlyList<int[]> steps = Samplers.LengthGrouped.SampleEpoch(infos, 4, new NumpyRandomState(3));
        double Spread(IEnumerable<int[]> batches) =>
            batches.Average(batch => batch.Max(i => infos[i].Length) - batch.Min(i => infos[i].Length));
        Assert.True(Spread(steps) < 0.25 * Spread(new NumpyRandomState(3).Permutation(1000).Chunk(4)));
    }

    [Fact]
    public void SampleEpoch_SameGeneratorState_GivesTheSameOrder()
    {
        SampleInfo[] infos = RandomInfos(8, 200);
        NumpyRandomState random = new(3407);
        ISampler sampler = Samplers.LengthGrouped;
        IReadOnlyList<int[]> first = sampler.SampleEpoch(infos, 4, random);
        uint[] state = random.GetState();
        IReadOnlyList<int[]> second = sampler.SampleEpoch(infos, 4, random);
        IReadOnlyList<int[]> again = sampler.SampleEpoch(infos, 4, NumpyRandomState.FromState(state));

        Assert.Equal(second, again);
        Assert.NotEqual(first, second);
        Assert.Equal(first, sampler.SampleEpoch(infos, 4, new NumpyRandomState(3407)));
    }

    [Fact]
    public void Split_Step_GivesMicroBatchesOfOneTypeAndAtMostTheSize()
    {
        SampleInfo[] infos = RandomInfos(9, 50);
        int[] step = [.. Enumerable.Range(0, 50)];
        IReadOnlyList<int[]> split = MicroBatches.Split(step, 3, infos);
        Assert.Equal(step, split.SelectMany(batch => batch));
        Assert.All(split, batch => Assert.InRange(batch.Length, 1, 3));
        Assert.All(split, batch => Assert.Single(batch.Select(i => infos[i].Type).Distinct()));

        int[] reflections = [.. step.Where(i => infos[i].Type == SampleType.Reflection)];
        Assert.Equal((reflections.Length + 3) / 4, MicroBatches.Split(reflections, 4, infos).Count);
        Assert.Single(MicroBatches.Split(reflections, 1000, infos));
    }

    [Fact]
    public void ReferenceSampler_BadPermutationOrBatch_Throws()
    {
        SampleInfo[] infos = RandomInfos(10, 6);
        NumpyRandomState random = new(1);
        Assert.Throws<ArgumentException>(() => Samplers.ReferenceLengthGrouped((_, count) => new int[count]).SampleEpoch(infos, 2, random));
        Assert.Throws<ArgumentException>(() =>
            Samplers.ReferenceLengthGrouped((_, count) => random.Permutation(count), 2).SampleEpoch(infos, 3, random)
        );
    }

    [Fact]
    public void ReferenceSampler_Accumulation_JoinsConsecutiveMicroBatches()
    {
        SampleInfo[] infos = RandomInfos(11, 40);
        IReadOnlyList<int[]> single = Samplers
            .ReferenceLengthGrouped((_, count) => [.. Enumerable.Range(0, count)])
            .SampleEpoch(infos, 2, new NumpyRandomState(1));
        IReadOnlyList<int[]> joined = Samplers
            .ReferenceLengthGrouped((_, count) => [.. Enumerable.Range(0, count)], 4)
            .SampleEpoch(infos, 8, new NumpyRandomState(1));
        Assert.Equal(single.SelectMany(row => row), joined.SelectMany(row => row));
        Assert.All(joined.SkipLast(1), step => Assert.Equal(8, step.Length));
    }
}
