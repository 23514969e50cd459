using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>
/// The divergence of a block of pairs, and its slope: the gradient with respect to the student's logits is q · slope, where q are its
/// probabilities. Shapes: B pairs, V vocabulary. It runs without grad mode.
/// </summary>
/// <param name="Terms">The divergence of each pair, [B], float64.</param>
/// <param name="Slopes">The slope, [B, V]; null for <see cref="DistillationDivergence.ForwardKl"/>, whose gradient is q - p.</param>
internal readonly record struct PairDivergence(Tensor Terms, Tensor? Slopes)
{
    /// <summary>Computes it.</summary>
    /// <param name="kind">Which divergence.</param>
    /// <param name="differences_BV">The teacher's shifted logits - the student's; overwritten.</param>
    /// <param name="student">The student's exponentials [B, V], and their sums [B] in float64.</param>
    /// <param name="teacher">The same of the teacher.</param>
    /// <param name="isMasked">Whether logits may be -infinity, so that a product may be 0 · infinity; its limit is 0.</param>
    public static PairDivergence Compute(
        DistillationDivergence kind,
        Tensor differences_BV,
        (Tensor Exponentials_BV, Tensor Sums_B) student,
        (Tensor Exponentials_BV, Tensor Sums_B) teacher,
        bool isMasked
    )
    {
        switch (kind)
        {
            case DistillationDivergence.ForwardKl:
                Tensor weighted_BV = Masked(differences_BV, teacher.Exponentials_BV, isMasked).mul_(teacher.Exponentials_BV);
                Tensor forward_B = weighted_BV.sum(-1).to(ScalarType.Float64).div(teacher.Sums_B);
                return new PairDivergence(forward_B.add(student.Sums_B.div(teacher.Sums_B).log()), null);
            case DistillationDivergence.ReverseKl:
                Tensor opposite_BV = Masked(differences_BV.neg_(), student.Exponentials_BV, isMasked);
                Tensor mean_B = Mean(opposite_BV, student);
                return new PairDivergence(mean_B.add(Offsets()), opposite_BV.sub_(Column(mean_B, opposite_BV)));
            default:
                // log(q / m) = log 2 - log(1 + p / q), and the same for p with the ratio turned round.
                Tensor ratios_BV = differences_BV.sub_(Column(Offsets(), differences_BV));
                Tensor fromStudent_BV = Masked(LogShare(ratios_BV), student.Exponentials_BV, isMasked);
                Tensor fromTeacher_BV = Masked(LogShare(ratios_BV.neg_()), teacher.Exponentials_BV, isMasked);
                Tensor studentMean_B = Mean(fromStudent_BV, student);
                return new PairDivergence(
                    studentMean_B.add(Mean(fromTeacher_BV, teacher)).mul_(0.5),
                    fromStudent_BV.sub_(Column(studentMean_B, fromStudent_BV)).mul_(0.5)
                );
        }

        // log p is the shifted logit - log(sum), so log p - log q is a difference - this offset.
        Tensor Offsets() => teacher.Sums_B.div(student.Sums_B).log();
    }

    /// <summary>log 2 - log(1 + exp(ratio)), which neither overflows nor loses digits.</summary>
    private static Tensor LogShare(Tensor ratios_BV) =>
        ratios_BV.logaddexp(zeros([], ratios_BV.dtype, ratios_BV.device)).neg_().add_(Math.Log(2));

    private static Tensor Masked(Tensor values_BV, Tensor exponentials_BV, bool isMasked) =>
        isMasked ? values_BV.masked_fill(exponentials_BV.eq(0), 0) : values_BV;

    /// <summary>The mean under the probabilities exponential / sum, [B], float64.</summary>
    private static Tensor Mean(Tensor values_BV, (Tensor Exponentials_BV, Tensor Sums_B) distribution) =>
        values_BV.mul(distribution.Exponentials_BV).sum(-1).to(ScalarType.Float64).div(distribution.Sums_B);

    private static Tensor Column(Tensor values_B, Tensor like_BV) => values_B.to(like_BV.dtype).view(-1, 1);
}
