using ReflectionCoder.FineTuning;
using ReflectionCoder.Modeling;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

public sealed class ModelEvaluatorTests
{
    [Fact]
    public void EvaluateOneOff_EqualsTheNaiveSumOverThePromptAndAnswer()
    {
        using CausalLanguageModel model = TinyRun.Model();
        ModelEvaluator evaluator = new(model, TinyRun.Tokenizer, new EvaluationCallbackOptions { BatchSize = 3 });
        TrainingData data = TinyRun.Data(4, 3);
        FinalCodeResult result = evaluator.EvaluateOneOff(data);

        // Naive: tokenize the last two messages as a conversation of their own.
        SampleTokenizer tokenizer = new(TinyRun.Tokenizer);
        (double sum, long labels) = Naive(
            model,
            Enumerable
                .Range(0, 4)
                .Select(TinyRun.Reflection)
                .Concat(Enumerable.Range(0, 3).Select(TinyRun.Generation))
                .Select(one => tokenizer.Tokenize(new Conversation([.. one.Messages.TakeLast(2)], SampleType.Generation))!)
        );
        Assert.Equal(7, result.Samples);
        Assert.Equal(labels, result.Labels);
        Assert.Equal(sum / labels, result.NllPerToken, 1e-4);
        Assert.Equal(sum / 7, result.NllPerSample, 1e-2);
    }

    [Fact]
    public void EvaluateTeacher_EqualsTheNaiveSumOverTheFinalCodeOfTheWholeSequence()
    {
        using CausalLanguageModel model = TinyRun.Model();
        ModelEvaluator evaluator = new(model, TinyRun.Tokenizer, new EvaluationCallbackOptions { BatchSize = 3 });
        FinalCodeResult result = evaluator.EvaluateTeacher(TinyRun.Data(4, 3));

        // Naive: the labels of the last message, after all the others.
        SampleTokenizer tokenizer = new(TinyRun.Tokenizer);
        (double sum, long labels) = Naive(
            model,
            Enumerable
                .Range(0, 4)
                .Select(i => tokenizer.Tokenize(TinyRun.Reflection(i))!)
                .Select(sample =>
                    sample with
                    {
                        Labels = [.. sample.Labels.Select((label, i) => i < sample.LastUserStart ? TokenizedSample.IgnoreIndex : label)],
                    }
                )
        );
        Assert.Equal(4, result.Samples);
        Assert.Equal(labels, result.Labels);
        Assert.Equal(sum / labels, result.NllPerToken, 1e-4);
        Assert.Equal(0, evaluator.EvaluateTeacher(TinyRun.Data(0, 3)).Samples);
    }

    [Fact]
    public void EvaluateDistillation_IsDeterministicAndDependsOnTheMaskRate()
    {
        using CausalLanguageModel model = TinyRun.Model();
        TrainingData data = TinyRun.Data(6, 2);
        DistillationResult At(double rate) =>
            new ModelEvaluator(
                model,
                TinyRun.Tokenizer,
                new EvaluationCallbackOptions { MaskRate = rate, MaskStrategies = TinyRun.MaskStrategiesOfEveryKind }
            ).EvaluateDistillation(data);

        DistillationResult half = At(0.5);
        Assert.Equal(6, half.Samples);
        Assert.True(half.Divergence > 0 && half.CrossEntropy > 0);
        Assert.Equal(half, At(0.5));
        Assert.NotEqual(half.Divergence, At(1).Divergence);
    }

    [Fact]
    public void Evaluate_BatchSize_ChangesNothingButRounding()
    {
        using CausalLanguageModel model = TinyRun.Model();
        TrainingData data = TinyRun.Data(6, 2);
        DistillationResult[] results =
        [
            .. new[] { 1, 4 }.Select(size =>
                new ModelEvaluator(model, TinyRun.Tokenizer, new EvaluationCallbackOptions { BatchSize = size }).EvaluateDistillation(data)
            ),
        ];
        Assert.Equal(results[0].CrossEntropy, results[1].CrossEntropy, 1e-5);
        Assert.Equal(results[0].Divergence, results[1].Divergence, 1e-5);
    }

    [Fact]
    public void Train_WithEvaluation_EndsWithTheSameBytesAndWritesItsNumbers()
    {
        using RunFolder plain = new();
        using RunFolder measured = new();
        TinyRun.Train(TinyRun.Options(plain.Path) with { MaxSteps = 5 });
        using CausalLanguageModel model = TinyRun.Model();
        EvaluationCallbackOptions options = new() { EverySteps = 2, MaskStrategies = TinyRun.MaskStrategiesOfEveryKind };
        StepLog log = new();
        TinyRun.Train(
            model,
            TinyRun.Options(measured.Path) with
            {
                MaxSteps = 5,
                Callbacks = [new EvaluationCallback(TinyRun.Data(3, 1), TinyRun.Tokenizer, options)],
            },
            progress: log
        );
        Assert.Equal(TinyRun.Weights(plain.Path), TinyRun.Weights(measured.Path));
        Assert.Equal([2L, 4L, 5L], log.Steps.Where(step => step.Metrics.ContainsKey("eval_nll")).Select(step => step.Step));
        Assert.StartsWith("{\"step\":0,\"eval_nll\":", File.ReadLines(measured["metrics.jsonl"]).First());
        Assert.Equal(6, File.ReadLines(measured["metrics.jsonl"]).Count());
    }

    [Fact]
    public void Train_CancelledInsideAnEvaluation_KeepsTheStepAndItsLine()
    {
        using RunFolder folder = new();
        using CancellationTokenSource stop = new();
        using CausalLanguageModel model = TinyRun.Model();
        EvaluationCallbackOptions options = new() { EverySteps = 1, BatchSize = 1 };
        FineTuningCanceledException exception = Assert.Throws<FineTuningCanceledException>(() =>
            TinyRun.Train(
                model,
                TinyRun.Options(folder.Path) with
                {
                    Callbacks =
                    [
                        new StepEnd(
                            (context, _) =>
                            {
                                if (context.Step == 2)
                                {
                                    stop.Cancel();
                                }
                            }
                        ),
                        new EvaluationCallback(TinyRun.Data(3, 1), TinyRun.Tokenizer, options),
                    ],
                },
                stop: stop.Token
            )
        );
        Assert.Equal(2, exception.Step);
        string[] lines = File.ReadAllLines(folder["metrics.jsonl"]);
        Assert.Equal(3, lines.Length);
        Assert.Contains("eval_nll", lines[1]);
        Assert.DoesNotContain("eval_nll", lines[2]);
    }

    [Fact]
    public void Evaluate_NoReflectionSample_HasNoDivergence()
    {
        using CausalLanguageModel model = TinyRun.Model();
        Assert.True(double.IsNaN(new ModelEvaluator(model, TinyRun.Tokenizer, new()).EvaluateDistillation(TinyRun.Data(0, 2)).Divergence));
    }

    /// <summary>Negative log-likelihood of the labels and their number, one row at a time, from whole logits.</summary>
    private static (double Sum, long Labels) Naive(CausalLanguageModel model, IEnumerable<TokenizedSample> samples)
    {
        double sum = 0;
        long labels = 0;
        foreach (TokenizedSample sample in samples)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            long[] ids = [.. sample.InputIds.Select(id => (long)id)];
            ModelInput input = ModelInput.Create(ids, [.. Enumerable.Range(0, ids.Length).Select(i => (long)i)], [ids.Length], CPU);
            Tensor logProbabilities = model
                .Forward(input)
                .matmul(model.OutputWeight.transpose(0, 1))
                .log_softmax(-1)
                .to(ScalarType.Float64);
            for (int p = 0; p + 1 < ids.Length; p++)
            {
                if (sample.Labels[p + 1] >= 0)
                {
                    sum -= logProbabilities[p, sample.Labels[p + 1]].item<double>();
                    labels++;
                }
            }
        }

        return (sum, labels);
    }
}
