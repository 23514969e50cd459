using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>The loss over whole logits; see <see cref="DistillationLosses.Whole"/>.</summary>
internal sealed class WholeDistillationLoss : IDistillationLoss
{
    /// <inheritdoc/>
    public string Identity => "whole";

    /// <inheritdoc/>
    public DistillationLoss Compute(DistillationInput input)
    {
        DistillationInputGuard.Check(input);
        using DisposeScope scope = NewDisposeScope();
        DistillationTargets targets = input.Targets.WithoutPairsOfWeightZero();
        Device device = input.Hidden.device;
        ScalarType computeType = DistillationInputGuard.ComputeType(input);
        long vocabularySize = DistillationInputGuard.VocabularySize(input);

        long[] rows = [.. targets.CrossEntropyRows.Concat(targets.TeacherRows).Concat(targets.StudentRows).Distinct().Order()];
        long[] Places(long[] wanted) => [.. wanted.Select(row => (long)Array.BinarySearch(rows, row))];

        Tensor logits_RV = input.ComputeLogits(rows);
        Tensor logProbabilities_RV = logits_RV.log_softmax(-1, computeType);

        long[] places = Places(targets.CrossEntropyRows);
        long[] labels = [.. places.Select((place, i) => (place * vocabularySize) + targets.CrossEntropyLabels[i])];
        Tensor crossEntropy = logProbabilities_RV.reshape(-1).index_select(0, tensor(labels, device: device)).sum(ScalarType.Float64).neg();

        Tensor teacher_PV = input.TeacherOutputWeight is { } teacherWeight
            ? Apart(input, teacherWeight, targets.TeacherRows).log_softmax(-1, computeType)
            : logProbabilities_RV.detach().index_select(0, tensor(Places(targets.TeacherRows), device: device));
        Tensor student_PV = logProbabilities_RV.index_select(0, tensor(Places(targets.StudentRows), device: device));
        Tensor weight_PV = teacher_PV.exp();

        // Where the teacher's probability is 0 the product may be NaN (0 · infinity); its limit is 0.
        Tensor terms_PV = weight_PV.mul(teacher_PV.sub(student_PV)).masked_fill(weight_PV.eq(0), 0);
        Tensor terms_P = terms_PV.sum(-1);
        Tensor divergence = targets.PairWeights is { } weights
            ? terms_P.to(ScalarType.Float64).mul(tensor(weights, ScalarType.Float64, device)).sum()
            : terms_P.sum(ScalarType.Float64);

        Tensor total = crossEntropy.mul(input.CrossEntropyScale).add(divergence.mul(input.DivergenceScale)).to(computeType);
        return DistillationLoss.Of(
            total.MoveToOuterDisposeScope(),
            input,
            crossEntropy.detach().item<double>(),
            divergence.detach().item<double>()
        );
    }

    /// <summary>Logits of teacher rows that have a projection of their own, without gradients.</summary>
    private static Tensor Apart(DistillationInput input, Tensor weight_VH, long[] rows)
    {
        using IDisposable noGradient = no_grad();
        DistillationInput teacher = input with { OutputWeight = weight_VH.detach(), OutputRows = null, OutputRowIds = null };
        return teacher.ComputeLogits(rows);
    }
}
