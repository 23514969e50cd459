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
        long? dropoutSeed = null,
        DetachedTeacher? teacher = null
    )
    {
        using DisposeScope scope = NewDisposeScope();
        PackedStates states = teacher is null
            ? PackedStates.Together(model, batch, gradientCheckpointing, dropoutSeed)
            : PackedStates.Apart(model, teacher, batch, gradientCheckpointing, dropoutSeed);
        TrainableRows? trained = model.OutputRows;
        DistillationLoss computed = loss.Compute(
            new DistillationInput
            {
                Hidden = states.Hidden_RH,
                OutputWeight = model.OutputWeight,
                LogitTransform = model.LogitTransform,
                OutputRows = trained?.Rows,
                OutputRowIds = trained?.TokenIds,
                TeacherOutputWeight = states.TeacherOutputWeight,
                Targets = new DistillationTargets
                {
                    CrossEntropyRows = states.Places(batch.CrossEntropyRows),
                    CrossEntropyLabels = batch.CrossEntropyLabels,
                    TeacherRows = states.TeacherPlaces(batch.TeacherRows),
                    StudentRows = states.Places(batch.StudentRows),
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
