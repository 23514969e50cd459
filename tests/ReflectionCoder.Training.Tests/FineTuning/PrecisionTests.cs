using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The same run in every precision, against float64.</summary>
public sealed class PrecisionTests
{
    private static readonly Lazy<List<TrainingProgress>> Exact = new(() => Run(ScalarType.Float64, masters: true));

    [Theory]
    [InlineData(ScalarType.Float32, true, 2e-5, 2e-4)]
    [InlineData(ScalarType.BFloat16, true, 0.03, 0.1)]
    [InlineData(ScalarType.BFloat16, false, 0.06, 0.15)]
    public void Train_Precision_FollowsFloat64(ScalarType dtype, bool masters, double lossTolerance, double normTolerance)
    {
        List<TrainingProgress> steps = Run(dtype, masters);
        Assert.Equal(Exact.Value.Count, steps.Count);
        foreach ((TrainingProgress expected, TrainingProgress step) in Exact.Value.Zip(steps))
        {
            Assert.True(
                Math.Abs(expected.Loss - step.Loss) <= lossTolerance * expected.Loss,
                $"step {step.Step}: loss {step.Loss}, in float64 {expected.Loss}"
            );
            Assert.True(
                Math.Abs(expected.GradientNorm - step.GradientNorm) <= normTolerance * expected.GradientNorm,
                $"step {step.Step}: gradient norm {step.GradientNorm}, in float64 {expected.GradientNorm}"
            );
        }

        Assert.True(steps[^1].Loss < 0.9 * steps[0].Loss, "nothing was learnt");
    }

    private static List<TrainingProgress> Run(ScalarType dtype, bool masters)
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model(dtype);
        StepLog log = new();
        TinyRun.Train(
            model,
            TinyRun.Options(folder.Path) with
            {
                MasterWeights = masters,
                SaveSteps = 0,
                MaxSteps = 8,
                LearningRateSchedule = LearningRateSchedules.Constant,
            },
            TinyRun.Data(generations: 0),
            log
        );
        return log.Steps;
    }
}
