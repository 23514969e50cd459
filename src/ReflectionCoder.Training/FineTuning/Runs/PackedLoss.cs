using ReflectionCoder.Batching;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>Runs a model over packed rows and computes the loss.</summary>
internal static class PackedLoss
{
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
        // A model of the host's gives the states of all tokens.
        long[]? needed = model.SupportsNeededRows && batch.LossRows() is { Length: > 0 } rows ? rows : null;
        using ModelInput input = ModelInput.Create(batch.TokenIds, batch.PositionIds, batch.RowLengths, model.Device) with
        {
            GradientCheckpointing = gradientCheckpointing,
            DropoutSeed = dropoutSeed,
            NeededRows = needed,
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
                    CrossEntropyRows = Places(batch.CrossEntropyRows, needed),
                    CrossEntropyLabels = batch.CrossEntropyLabels,
                    TeacherRows = Places(batch.TeacherRows, needed),
                    StudentRows = Places(batch.StudentRows, needed),
                    PairWeights = batch.PairWeights,
                },
                CrossEntropyScale = scales.CrossEntropy,
                DivergenceScale = scales.Divergence,
            }
        );
        CheckTotal(loss, computed);
        computed.Total.MoveToOuterDisposeScope();
        return computed;
    }

    /// <summary>Where tokens stand among those whose states were computed.</summary>
    private static long[] Places(long[] rows, long[]? needed) =>
        needed is null ? rows : [.. rows.Select(row => (long)Array.BinarySearch(needed, row))];

    private static void CheckTotal(IDistillationLoss loss, DistillationLoss computed)
    {
        if (computed.Total.IsInvalid)
        {
            throw new InvalidOperationException(
                $"The loss {loss.Identity} returned a disposed total; move it out of its dispose scope by MoveToOuterDisposeScope()."
            );
        }
    }
}
