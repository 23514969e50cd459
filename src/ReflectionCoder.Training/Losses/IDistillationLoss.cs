using ReflectionCoder.Logits;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>
/// The loss of reflection self-distillation: cross entropy of teacher and student half, plus KL(teacher ‖ student) at temperature 1, with
/// the teacher detached (paper, section 3.3; the exact positions are in docs/numerics.md).
/// </summary>
/// <remarks>
/// <para>A loss is stateless; call it from the thread that runs torch. The caller owns the input tensors and
/// <see cref="DistillationLoss.Total"/>.</para>
/// <para>A loss can be used alone, on logits from anywhere: leave <see cref="DistillationInput.OutputWeight"/> null. To add a term of your
/// own, write a loss that calls another loss, adds to its <see cref="DistillationLoss.Total"/> and lists the new term in
/// <see cref="DistillationLoss.Terms"/>. A loss that compares the rows itself applies <see cref="DistillationTargets.PairWeights"/>
/// itself.</para>
/// </remarks>
public interface IDistillationLoss
{
    /// <summary>
    /// Says what the loss computes: its name and every setting that changes a result, such as <c>chunked(256)</c>; a loss that calls
    /// another includes that one's identity. A run is not resumed with a loss of another identity. It must be the same in every process,
    /// and differ between losses that may compute different numbers.
    /// </summary>
    string Identity { get; }

    /// <summary>Computes the loss.</summary>
    /// <param name="input">Hidden states or logits, and the rows of each term.</param>
    /// <returns>The total, connected to autograd, and its terms.</returns>
    /// <exception cref="ArgumentException">Shapes, element types, devices, indices or scales don't fit.</exception>
    DistillationLoss Compute(DistillationInput input);
}

/// <summary>The input of a loss. It owns none of its tensors.</summary>
public sealed record DistillationInput
{
    /// <summary>Hidden states [N, H] where <see cref="OutputWeight"/> is given, else logits [N, V]; float32, float64 or bfloat16.</summary>
    public required Tensor Hidden { get; init; }

    /// <summary>
    /// Output projection [V, H], in the type and on the device of <see cref="Hidden"/>. The default value is null: <see cref="Hidden"/>
    /// holds logits already.
    /// </summary>
    public Tensor? OutputWeight { get; init; }

    /// <summary>
    /// Turns <c>Hidden · OutputWeightᵀ</c> into logits. The default value changes nothing, and is the only one allowed where
    /// <see cref="OutputWeight"/> is null.
    /// </summary>
    public LogitTransform LogitTransform { get; init; } = LogitTransform.Identity;

    /// <summary>
    /// Trainable copies of some rows of a frozen <see cref="OutputWeight"/>, [n, H], of any type. They have the same values as those rows
    /// of the matrix, and get the gradient in its place, so that no gradient of [V, H] is computed. The default value is null: the matrix
    /// trains as a whole, or not at all.
    /// </summary>
    public Tensor? OutputRows { get; init; }

    /// <summary>
    /// The indices of <see cref="OutputRows"/> in <see cref="OutputWeight"/>, n of them, all different. Null, the default value, exactly
    /// where <see cref="OutputRows"/> is null.
    /// </summary>
    public IReadOnlyList<int>? OutputRowIds { get; init; }

    /// <summary>
    /// The projection that makes the logits of the pairs' teacher rows, [V, H], where the teacher has weights of its own. It gets no
    /// gradient, and no teacher row may have a label. The default value is null: <see cref="OutputWeight"/>.
    /// </summary>
    internal Tensor? TeacherOutputWeight { get; init; }

    /// <summary>The rows of each term.</summary>
    public required DistillationTargets Targets { get; init; }

    /// <summary>
    /// Factor on the sum of cross entropies, finite. For a mean over an optimizer step: 1 / (labels of the step). The default value is 1.
    /// </summary>
    public double CrossEntropyScale { get; init; } = 1;

    /// <summary>
    /// Factor on the sum of divergences, finite. For a mean over an optimizer step: the term's weight in the loss / (pairs of rows of the
    /// step). The pairs' own weights are <see cref="DistillationTargets.PairWeights"/>. The default value is 1.
    /// </summary>
    public double DivergenceScale { get; init; } = 1;

    /// <summary>Computes the logits of some rows, all at once and connected to autograd: the start of a loss term of your own.</summary>
    /// <param name="rows">Indices of R rows of <see cref="Hidden"/>, in any order.</param>
    /// <returns>Logits [R, V] in the type of <see cref="Hidden"/>. Owned by the caller (or its dispose scope).</returns>
    public Tensor ComputeLogits(IReadOnlyCollection<long> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden_RH = Hidden.index_select(0, tensor(rows.ToArray(), device: Hidden.device));
        if (OutputWeight is null)
        {
            return hidden_RH.MoveToOuterDisposeScope();
        }

        Tensor logits_RV = nn.functional.linear(hidden_RH, OutputWeight);
        if (OutputRows is { } rows_KH)
        {
            // The values don't change. But these columns are now computed from the trainable copies, so that these get a gradient.
            Tensor ids = tensor(OutputRowIds!.Select(id => (long)id).ToArray(), device: Hidden.device);
            logits_RV = logits_RV.index_copy(1, ids, nn.functional.linear(hidden_RH, rows_KH.to(hidden_RH.dtype)));
        }

        return LogitTransform.Apply(logits_RV).MoveToOuterDisposeScope();
    }
}

/// <summary>The rows of each term of the loss, as indices of the N rows of <see cref="DistillationInput.Hidden"/>.</summary>
public sealed record DistillationTargets
{
    /// <summary>Targets without any row.</summary>
    internal static DistillationTargets Empty { get; } =
        new()
        {
            CrossEntropyRows = [],
            CrossEntropyLabels = [],
            TeacherRows = [],
            StudentRows = [],
        };

    /// <summary>Rows whose logits predict a label, in the teacher and the student half.</summary>
    public required long[] CrossEntropyRows { get; init; }

    /// <summary>The label (a token id) that each of <see cref="CrossEntropyRows"/> predicts, 0 to V - 1; as many as these.</summary>
    public required long[] CrossEntropyLabels { get; init; }

    /// <summary>Teacher rows of the divergence. Each is compared with the entry of <see cref="StudentRows"/> at the same index.</summary>
    public required long[] TeacherRows { get; init; }

    /// <summary>Student rows of the divergence, as many as <see cref="TeacherRows"/>.</summary>
    public required long[] StudentRows { get; init; }

    /// <summary>
    /// Factor on the divergence of each pair, 0 or more and finite; as many as <see cref="TeacherRows"/>. In a run it is the weight of
    /// the pair's sample. The default value is null: 1 for all pairs.
    /// </summary>
    /// <remarks>
    /// They enter the term's sum and not its divisor. A pair of weight 0 counts as no pair at all, even where its divergence is infinite.
    /// </remarks>
    public double[]? PairWeights { get; init; }

    /// <summary>The targets without the pairs of weight 0.</summary>
    internal DistillationTargets WithoutPairsOfWeightZero()
    {
        if (PairWeights is not { } weights || !weights.Contains(0))
        {
            return this;
        }

        int[] kept = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] != 0)];
        return this with
        {
            TeacherRows = [.. kept.Select(i => TeacherRows[i])],
            StudentRows = [.. kept.Select(i => StudentRows[i])],
            PairWeights = [.. kept.Select(i => weights[i])],
        };
    }
}
