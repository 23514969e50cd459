using ReflectionCoder.Batching;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Masking;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class EpochPlanTests
{
    [Fact]
    public void TryMoveTo_AnyPosition_GoesOnWithTheSameSteps()
    {
        TrainingData data = TinyRun.Data();
        FineTuningOptions options = TinyRun.Options("out");
        const int length = 3 * TinyRun.StepsInEpoch;
        List<int[]> whole = Take(new EpochPlan(options, data.Infos), length);
        Assert.NotEqual(whole.Take(7).SelectMany(step => step), whole.Skip(7).Take(7).SelectMany(step => step));
        for (int done = 0; done < length; done++)
        {
            EpochPlan plan = new(options, data.Infos);
            Take(plan, done);
            EpochPlan restored = new(options, data.Infos);
            Assert.True(restored.TryMoveTo(plan.StateAtEpochStart, plan.Epoch, plan.StepInEpoch));
            Assert.Equal(whole.Skip(done).SelectMany(step => step), Take(restored, length - done).SelectMany(step => step));
        }
    }

    [Fact]
    public void Peek_EveryEpoch_HoldsEverySampleOnceAndOneTypeAStep()
    {
        TrainingData data = TinyRun.Data();
        EpochPlan plan = new(TinyRun.Options("out"), data.Infos);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            List<int[]> steps = Take(plan, TinyRun.StepsInEpoch);
            Assert.Equal(Enumerable.Range(0, data.Samples.Count), steps.SelectMany(step => step).Order());
            Assert.All(steps, step => Assert.Single(step.Select(index => data.Infos[index].Type).Distinct()));
            Assert.Equal(epoch + 1, plan.Passes, 1e-12);
        }
    }

    [Fact]
    public void Constructor_SamplerThatGivesNothing_IsRefused()
    {
        Assert.Throws<InvalidOperationException>(() =>
            new EpochPlan(TinyRun.Options("out") with { Sampler = new EmptySampler() }, TinyRun.Data().Infos)
        );
    }

    private static List<int[]> Take(EpochPlan plan, int count)
    {
        List<int[]> steps = [];
        for (int i = 0; i < count; i++)
        {
            steps.Add(plan.Peek());
            plan.Advance();
        }

        return steps;
    }

    private sealed class EmptySampler : ISampler
    {
        public string Identity => "EmptySampler";

        public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random) => [];
    }
}
