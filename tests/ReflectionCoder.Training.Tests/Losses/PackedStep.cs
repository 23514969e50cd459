using ReflectionCoder.Batching;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

/// <summary>Forward and backward of an optimizer step, as short as it gets.</summary>
internal static class PackedStep
{
    /// <summary>Adds the gradients of the micro-batches to the model's, normalised by the counts of them all.</summary>
    public static (double CrossEntropy, double Divergence) Accumulate(
        ICausalLanguageModel model,
        IDistillationLoss loss,
        params PackedBatch[] microBatches
    )
    {
        double labels = microBatches.Sum(batch => batch.CrossEntropyRows.Length);
        double pairs = microBatches.Sum(batch => batch.TeacherRows.Length);
        double crossEntropy = 0,
            divergence = 0;
        foreach (PackedBatch batch in microBatches)
        {
            using DisposeScope scope = NewDisposeScope();
            using ModelInput input = ModelInput.Create(batch.TokenIds, batch.PositionIds, batch.RowLengths, model.Device);
            DistillationLoss result = loss.Compute(
                new DistillationInput
                {
                    Hidden = model.Forward(input),
                    OutputWeight = model.OutputWeight,
                    LogitTransform = model.LogitTransform,
                    CrossEntropyScale = 1 / labels,
                    DivergenceScale = 1 / Math.Max(pairs, 1),
                    Targets = new DistillationTargets
                    {
                        CrossEntropyRows = batch.CrossEntropyRows,
                        CrossEntropyLabels = batch.CrossEntropyLabels,
                        TeacherRows = batch.TeacherRows,
                        StudentRows = batch.StudentRows,
                        PairWeights = batch.PairWeights,
                    },
                }
            );
            result.Total.backward();
            Assert.Equal(
                (result.SumOf(LossTerm.CrossEntropy) / labels) + (result.SumOf(LossTerm.Divergence) / Math.Max(pairs, 1)),
                result.Total.to(ScalarType.Float64).item<double>(),
                1e-6 * Math.Max(1, result.SumOf(LossTerm.CrossEntropy) / labels)
            );
            crossEntropy += result.SumOf(LossTerm.CrossEntropy);
            divergence += result.SumOf(LossTerm.Divergence);
        }

        return (crossEntropy / labels, divergence / Math.Max(pairs, 1));
    }

    public static void ClearGradients(ICausalLanguageModel model)
    {
        foreach (Tensor weight in model.Parameters.Values)
        {
            weight.grad = null;
        }
    }

    /// <summary>All gradients under their weights' names.</summary>
    public static Dictionary<string, double[]> Gradients(ICausalLanguageModel model) =>
        model.Parameters.ToDictionary(weight => weight.Key, weight => LossProblem.Doubles(weight.Value.grad!));
}
