using System.Globalization;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.Recipes;

/// <summary>Trains a tiny decoder for a few steps with a loss that has a term of its own beside the paper's two.</summary>
internal static class OwnLossTerm
{
    public static async Task RunAsync(string[] args)
    {
        (string config, string samples, string output) = args is [{ } first, { } second, { } third]
            ? (first, second, third)
            : ("samples/configs/tiny-llama.json", "samples/data/reflection.train.jsonl", "out/recipes/loss-term");
        CodeTokenizer tokenizer = CodeTokenizer.CreateByteLevel();
        using CausalLanguageModel model = CausalLanguageModel.Create(ModelConfig.Load(config), seed: 1);
        ReflectionFineTuner tuner = new(
            model,
            tokenizer,
            new FineTuningOptions
            {
                OutputDirectory = output,
                OverwriteOutputDirectory = true,
                MaxSteps = 6,
                PerDeviceTrainBatchSize = 2,
                GradientAccumulationSteps = 1,
                MetricsPath = Path.Combine(output, "metrics.jsonl"), // the term is a field of its own there
                Loss = new NormalizerPenalty(DistillationLosses.Chunked(), weight: 1e-3),
            }
        );
        await foreach (TrainingProgress step in tuner.StreamAsync(TrainingData.Load([samples], tokenizer)))
        {
            Console.WriteLine(
                $"step {step.Step}: loss {step.Loss:F4} = ce {step.CrossEntropy:F4} + kl {step.Divergence:F4} "
                    + $"+ z {step.LossTerms[NormalizerPenalty.Name]:F4}"
            );
        }
    }
}

/// <summary>
/// Another loss, and weight · (log Z)² a label: Z is what softmax divides by, and the penalty keeps the logits from drifting.
/// </summary>
/// <param name="inner">The loss that is added to.</param>
/// <param name="weight">Weight of the penalty.</param>
internal sealed class NormalizerPenalty(IDistillationLoss inner, double weight) : IDistillationLoss
{
    public const string Name = "z_penalty";

    // A resumed run must have the same.
    public string Identity => string.Create(CultureInfo.InvariantCulture, $"{inner.Identity} + {Name}({weight:R})");

    public DistillationLoss Compute(DistillationInput input)
    {
        using DisposeScope scope = NewDisposeScope();
        DistillationLoss loss = inner.Compute(input); // checks the input, too

        // The logits of the rows with a label, all at once.
        Tensor logits_RV = input.ComputeLogits(input.Targets.CrossEntropyRows);
        Tensor sum = logits_RV.to(loss.Total.dtype).logsumexp(-1).square().sum();

        // CrossEntropyScale is one by the labels of the whole step, so the term is a mean however the step is split.
        double scale = weight * input.CrossEntropyScale;
        return new DistillationLoss(
            loss.Total.add(sum.mul(scale)).MoveToOuterDisposeScope(),
            [.. loss.Terms, new LossTerm(Name, sum.detach().to(ScalarType.Float64).item<double>(), scale)]
        );
    }
}
