using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class MemoryWorkloadTests
{
    [Fact]
    public void OfLength_IsTheWorstThatCanCome()
    {
        MemoryWorkload workload = MemoryWorkload.OfLength(3, 100);
        Assert.Equal(600, workload.Tokens);
        Assert.Equal(600, workload.LossRows);
        Assert.Equal(100, workload.LongestRow);
        Assert.Equal(300, MemoryWorkload.OfLength(3, 100, distillation: false).Tokens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OfData_NoMicroBatchOfTheFirstStepsIsLarger(bool distillation)
    {
        // Block types hide alike in every draw, and more of them at every step.
        FineTuningOptions options = TinyRun.Options("out") with
        {
            MaskStrategies = [new BlockTypeMask()],
            Distillation = distillation,
            MaxSteps = 100,
        };
        TrainingData data = TinyRun.Data();
        MemoryWorkload workload = MemoryWorkload.OfData(data, options);
        EpochPlan epoch = new(options, data.Infos);
        StepPlanner planner = new(options, data);
        NumpyRandomState random = new(1);
        List<MicroBatch> batches = [];
        for (int step = 0; step < epoch.StepsInEpoch; step++, epoch.Advance())
        {
            batches.AddRange(planner.Plan(epoch.Peek(), step, 100, random, default).MicroBatches);
        }

        Assert.InRange(batches.Max(batch => batch.Packed.TokenIds.Length), workload.Tokens * 3 / 4, workload.Tokens);
        Assert.InRange(batches.Max(batch => batch.Packed.CrossEntropyRows.Length), 1, workload.LossRows * 5 / 4);
        Assert.Equal(data.Samples.Sum(sample => sample.Tokens.Length), workload.DatasetTokens);
    }

    [Fact]
    public void OfData_OneBatchOfEverything_CountsItsRows()
    {
        FineTuningOptions options = TinyRun.Options("out") with { MaskStrategies = [], PerDeviceTrainBatchSize = 18 };
        TrainingData data = TinyRun.Data(generations: 0);
        MemoryWorkload workload = MemoryWorkload.OfData(data, options);
        Assert.Equal(2 * data.Samples.Sum(sample => sample.Tokens.Length), workload.Tokens);
        Assert.Equal(18, workload.Samples.Count);
        Assert.Equal(workload.Samples.OrderByDescending(sample => sample.TeacherTokens), workload.Samples);
    }

    [Fact]
    public void OfData_TakesTheSmallestRateOfTheRun()
    {
        TrainingData data = TinyRun.Data();
        FineTuningOptions options = TinyRun.Options("out") with { MaskStrategies = MaskStrategies.Parse("sequential-token"), MaxSteps = 9 };
        long rising = MemoryWorkload.OfData(data, options).Tokens;
        Assert.Equal(rising, MemoryWorkload.OfData(data, options with { MaskRateSchedule = new Falling() }).Tokens);
        Assert.True(MemoryWorkload.OfData(data, options with { MaskRateSchedule = new ConstantMaskRateSchedule(1) }).Tokens < rising);
    }

    [Fact]
    public void OfData_NoSamples_IsSaid() =>
        Assert.Throws<TrainingDataException>(() => MemoryWorkload.OfData(new TrainingData([]), TinyRun.Options("out")));

    /// <summary>The paper's line the other way round.</summary>
    private sealed class Falling : IMaskRateSchedule
    {
        public string Identity => "falling";

        public double GetRate(long globalStep, long maxSteps) => (maxSteps - globalStep) / (double)maxSteps;
    }
}
