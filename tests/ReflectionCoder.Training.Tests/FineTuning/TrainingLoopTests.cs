using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class TrainingLoopTests
{
    [Fact]
    public void Train_TwoEpochs_LearnsAndSavesAModelThatLoads()
    {
        using RunFolder folder = new();
        StepLog log = new();
        FineTuningResult result = TinyRun.Train(TinyRun.Options(folder.Path) with { NumTrainEpochs = 6 }, progress: log);

        Assert.Equal(6 * TinyRun.StepsInEpoch, result.Steps);
        Assert.Equal(Enumerable.Range(1, (int)result.Steps).Select(step => (long)step), log.Steps.Select(step => step.Step));
        Assert.True(log.Steps[^1].Loss < log.Steps[0].Loss - 1, $"from {log.Steps[0].Loss} to {log.Steps[^1].Loss}");
        Assert.Equal(6, log.Steps[^1].Epoch, 1e-12);
        Assert.All(log.Steps, step => Assert.True(step is { TokensPerSecond: > 0, PeakMemoryBytes: > 0, GradientNorm: > 0 }));
        using CausalLanguageModel model = ModelFolder.Load(folder.Path, CPU);
        Assert.Equal(TinyRun.Tokenizer.VocabularySize, CodeTokenizer.Load(folder.Path).VocabularySize);
        Assert.Empty(Directory.GetDirectories(folder.Path, "*.tmp-*"));
    }

    [Fact]
    public void Train_LastPartialStep_IsKept()
    {
        using RunFolder folder = new();
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { NumTrainEpochs = 1 }, progress: log);
        TrainingData data = TinyRun.Data();
        Assert.Equal(TinyRun.StepsInEpoch, log.Steps.Count);
        Assert.Equal(data.Samples.Sum(sample => (long)sample.Tokens.Length), log.Steps.Sum(step => step.SampleTokens));
    }

    [Fact]
    public void Train_MaxSteps_ReplacesEpochs()
    {
        using RunFolder folder = new();
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { MaxSteps = 4 }, progress: log);
        Assert.Equal(4, log.Steps.Count);
        Assert.All(log.Steps, step => Assert.Equal(4, step.MaxSteps));
        foreach (TrainingProgress step in log.Steps.Where(step => step.MaskRate is not null))
        {
            Assert.Equal(step.Step / 4.0, step.MaskRate!.Value, 1e-12);
        }
    }

    [Fact]
    public void Train_GenerationSamples_HaveCrossEntropyAlone()
    {
        using RunFolder folder = new();
        StepLog log = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { NumTrainEpochs = 1 }, progress: log);
        TrainingProgress[] plain = [.. log.Steps.Where(step => step.Divergence is null)];
        Assert.Equal(2, plain.Length);
        Assert.All(plain, step => Assert.True(step.MaskRate is null && step.HiddenTokens == 0 && step.Loss == step.CrossEntropy));
        Assert.All(log.Steps.Except(plain), step => Assert.True(step.Divergence > 0 && step.HiddenTokens > 0));
    }

    [Fact]
    public void Train_WithoutDistillation_LeavesTheStudentOut()
    {
        using RunFolder folder = new();
        StepLog log = new();
        int packed = 0;
        TinyRun.Train(
            TinyRun.Options(folder.Path) with
            {
                NumTrainEpochs = 1,
                Distillation = false,
                Loss = new WatchedLoss(input => packed += input.Targets.StudentRows.Length),
            },
            progress: log
        );
        Assert.Equal(0, packed);
        Assert.All(log.Steps, step => Assert.True(step.Divergence is null && step.HiddenTokens == 0));
    }

    [Fact]
    [Trait("Category", "Invariant")]
    public void Train_AnyMicroBatchSplit_GivesTheSameWeights()
    {
        (int Batch, int Accumulation)[] splits = [(8, 1), (1, 8), (2, 4)];
        List<(double[] Weights, List<TrainingProgress> Steps)> runs = [];
        foreach ((int batch, int accumulation) in splits)
        {
            using RunFolder folder = new();
            using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
            StepLog log = new();
            FineTuningOptions options = TinyRun.Options(folder.Path) with
            {
                PerDeviceTrainBatchSize = batch,
                GradientAccumulationSteps = accumulation,
                SaveSteps = 0,
                MaxSteps = 6,
                LearningRateSchedule = LearningRateSchedules.Constant,
            };
            TinyRun.Train(model, options, progress: log);
            runs.Add(([.. model.Parameters.Values.SelectMany(Numbers)], log.Steps));
        }

        foreach ((double[] weights, List<TrainingProgress> steps) in runs.Skip(1))
        {
            Assert.Equal(runs[0].Steps.Select(step => step.HiddenTokens), steps.Select(step => step.HiddenTokens));
            for (int i = 0; i < steps.Count; i++)
            {
                Assert.Equal(runs[0].Steps[i].CrossEntropy, steps[i].CrossEntropy, 1e-10);
                Assert.Equal(runs[0].Steps[i].Divergence ?? -1, steps[i].Divergence ?? -1, 1e-10);
                Assert.Equal(runs[0].Steps[i].GradientNorm, steps[i].GradientNorm, 1e-10);
            }

            Assert.True(weights.Zip(runs[0].Weights, (a, b) => Math.Abs(a - b)).Max() < 1e-7, "weights differ");
        }
    }

    [Fact]
    public void Train_MicroBatchMeans_DifferFromStepMeans()
    {
        double Loss(ILossNormalizer normalizer)
        {
            using RunFolder folder = new();
            return TinyRun
                .Train(TinyRun.Options(folder.Path) with { MaxSteps = 1, SaveSteps = 0, LossNormalizer = normalizer })
                .LastStep!.CrossEntropy;
        }

        Assert.NotEqual(Loss(LossNormalizers.Step), Loss(LossNormalizers.MicroBatch));
    }

    [Fact]
    public void Train_KlWeight_ScalesTheGradientOfTheDivergenceAlone()
    {
        double Norm(double weight)
        {
            using RunFolder folder = new();
            return TinyRun
                .Train(TinyRun.Options(folder.Path) with { MaxSteps = 1, SaveSteps = 0, KlWeight = weight })
                .LastStep!.GradientNorm;
        }

        double without = Norm(0);
        Assert.NotEqual(without, Norm(1000));
        Assert.Equal(without, Norm(1e-12), 1e-9);
    }

    [Fact]
    public void Train_Steps_LeaveNoTensorBehind()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        TinyRun.Train(model, TinyRun.Options(folder["first"]) with { MaxSteps = 1 }); // what a model keeps for good comes into being
        List<long> counts = [];
        long before = LiveTensors.Count();
        TinyRun.Train(model, TinyRun.Options(folder["second"]) with { Callbacks = [new StepEnd((_, _) => counts.Add(Tensor.TotalCount))] });
        Assert.All(counts, count => Assert.Equal(counts[0], count));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.All(model.Parameters.Values, parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void Train_ProgressAndCallbacks_ArriveOnOneThreadWithGradientsOn()
    {
        using RunFolder folder = new();
        HashSet<int> threads = [];
        bool gradients = true;
        using IDisposable noGradient = no_grad();
        TinyRun.Train(
            TinyRun.Options(folder.Path) with
            {
                MaxSteps = 3,
                Callbacks =
                [
                    new StepEnd(
                        (_, _) =>
                        {
                            threads.Add(Environment.CurrentManagedThreadId);
                            gradients &= is_grad_enabled();
                        }
                    ),
                ],
            }
        );
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
        Assert.Single(threads);
        Assert.True(gradients);
    }

    [Fact]
    public void Train_OutputThatHoldsARun_IsRefusedUnlessOverwritten()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 3 };
        TinyRun.Train(options);
        byte[] first = TinyRun.Weights(folder.Path);
        Assert.Contains("already holds", Assert.Throws<CheckpointException>(() => TinyRun.Train(options with { Seed = 1 })).Message);
        Assert.Equal(first, TinyRun.Weights(folder.Path));
        TinyRun.Train(options with { Seed = 1, SaveSteps = 0, OverwriteOutputDirectory = true });
        Assert.NotEqual(first, TinyRun.Weights(folder.Path));
        Assert.Empty(Directory.GetDirectories(folder.Path));
    }

    [Fact]
    public void Train_SaveTotalLimit_KeepsTheNewest()
    {
        using RunFolder folder = new();
        TinyRun.Train(TinyRun.Options(folder.Path) with { MaxSteps = 10, SaveTotalLimit = 2 });
        Assert.Equal([6L, 9L], new CheckpointStore(folder.Path).Steps());
    }

    private static double[] Numbers(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().contiguous().data<double>().ToArray();
    }
}
