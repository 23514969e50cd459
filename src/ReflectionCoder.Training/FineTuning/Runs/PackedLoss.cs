using ReflectionCoder.Batching;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Runs a model over packed rows and computes the loss.</summary>
internal static class PackedLoss
{
    /// <summary>Share of the terms' size by which a total may be off: a host may add in bfloat16.</summary>
    private const double RoundingShare = 0.02;

    /// <summary>Runs the forward pass and computes the loss. Its total belongs to the caller's dispose scope.</summary>
    public static DistillationLoss Compute(
        ICausalLanguageModel model,
        IDistillationLoss loss,
        PackedBatch batch,
        LossScales scales,
        bool gradientCheckpointing = false,
        long? dropoutSeed = null
    )
    {
        using DisposeScope scope = NewDisposeScope();
        using ModelInput input = ModelInput.Create(batch.TokenIds, batch.PositionIds, batch.RowLengths, model.Device) with
        {
            GradientCheckpointing = gradientCheckpointing,
            DropoutSeed = dropoutSeed,
        };
        Tensor hidden_NH = HiddenStates.Compute(model, input);
        TrainableRows? trained = model.OutputRows;
        DistillationLoss computed = loss.Compute(
            new DistillationInput
            {
                Hidden = hidden_NH,
                OutputWeight = model.OutputWeight,
                LogitTransform = model.LogitTransform,
                OutputRows = trained?.Rows,
                OutputRowIds = trained?.TokenIds,
                Targets = new DistillationTargets
                {
                    CrossEntropyRows = batch.CrossEntropyRows,
                    CrossEntropyLabels = batch.CrossEntropyLabels,
                    TeacherRows = batch.TeacherRows,
                    StudentRows = batch.StudentRows,
                },
                CrossEntropyScale = scales.CrossEntropy,
                DivergenceScale = scales.Divergence,
            }
        );
        Check(loss, computed);
        computed.Total.MoveToOuterDisposeScope();
        return computed;
    }

    /// <summary>
    /// A term that is named but not added, or added but not named, would train one thing and report another. Sums that are not finite are
    /// for the run to tell.
    /// </summary>
    private static void Check(IDistillationLoss loss, DistillationLoss computed)
    {
        if (computed.Total.IsInvalid)
        {
            throw new InvalidOperationException(
                $"The loss {loss.Identity} returned a disposed total; move it out of its dispose scope by MoveToOuterDisposeScope()."
            );
        }

        using IDisposable noGradient = no_grad();
        double total = computed.Total.to(ScalarType.Float64).item<double>();
        double sum = computed.Terms.Sum(term => term.Sum * term.Scale);
        double size = computed.Terms.Sum(term => Math.Abs(term.Sum * term.Scale));
        if (double.IsFinite(total) && double.IsFinite(sum) && Math.Abs(total - sum) > (RoundingShare * size) + 1e-6)
        {
            throw new InvalidOperationException(
                $"The loss {loss.Identity} returned a total of {total}, but its terms "
                    + $"({string.Join(", ", computed.Terms.Select(term => term.Name))}) add up to {sum}."
            );
        }
    }
}
