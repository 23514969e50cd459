using ReflectionCoder.Logits;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>
/// Reflection self-distillation loss: cross entropy of both halves plus KL(teacher ‖ student) with the teacher detached, T = 1
/// (paper section 3.3; exact windows in docs/numerics.md).
/// </summary>
/// <remarks>
/// <para>Stateless; call it from the thread that runs torch. The tensors that go in stay the caller's; <see cref="DistillationLoss.Total"/>
/// is the caller's too.</para>
/// <para>Usable alone, on a host's own logits: leave <see cref="DistillationInput.OutputWeight"/> null. To add a term of one's own, wrap
/// another loss, add to its <see cref="DistillationLoss.Total"/>, and name the term among its <see cref="DistillationLoss.Terms"/>; or
/// scale it.</para>
/// </remarks>
public interface IDistillationLoss
{
    /// <summary>
    /// What the loss computes, so that a resumed run is refused where it would go on with another one: its name and every setting that
    /// decides a number, such as <c>chunked(256)</c>; one that wraps another holds that one's, too. The same in every process; two losses
    /// that may compute different numbers never share it.
    /// </summary>
    string Identity { get; }

    /// <summary>Computes the loss.</summary>
    /// <param name="input">Hidden states or logits, and which rows enter which term.</param>
    /// <returns>The scaled scalar, connected to autograd, and the terms that it is made of.</returns>
    DistillationLoss Compute(DistillationInput input);
}

/// <summary>What the loss needs.</summary>
public sealed record DistillationInput
{
    /// <summary>Hidden states [N, H] when <see cref="OutputWeight"/> is given, else logits [N, V].</summary>
    public required Tensor Hidden { get; init; }

    /// <summary>Output projection [V, H]; null when <see cref="Hidden"/> holds logits already.</summary>
    public Tensor? OutputWeight { get; init; }

    /// <summary>
    /// What becomes of <c>Hidden · OutputWeightᵀ</c> before it is logits. The default value changes nothing, as it must where
    /// <see cref="Hidden"/> holds logits already.
    /// </summary>
    public LogitTransform LogitTransform { get; init; } = LogitTransform.Identity;

    /// <summary>
    /// Rows of a frozen <see cref="OutputWeight"/> that train, [n, H], of any type: they hold the matrix's numbers and get its gradient, so
    /// that no gradient of V × H is computed. Null where the matrix trains as a whole, or not at all.
    /// </summary>
    public Tensor? OutputRows { get; init; }

    /// <summary>
    /// Which rows of <see cref="OutputWeight"/> those are, n of them, each once; given together with <see cref="OutputRows"/>.
    /// </summary>
    public IReadOnlyList<int>? OutputRowIds { get; init; }

    /// <summary>Which rows enter which term.</summary>
    public required DistillationTargets Targets { get; init; }

    /// <summary>
    /// Factor on the sum of cross entropies; 1 / (labels of the whole optimizer step) for a mean. The default value is 1.
    /// </summary>
    public double CrossEntropyScale { get; init; } = 1;

    /// <summary>
    /// Factor on the sum of divergences; weight / (distilled positions of the whole optimizer step) for a mean. The default value is 1.
    /// </summary>
    public double DivergenceScale { get; init; } = 1;

    /// <summary>The logits of some rows, all at once and connected to autograd: what a loss term of one's own starts from.</summary>
    /// <param name="rows">Indices into the N rows of <see cref="Hidden"/>, R of them, in any order.</param>
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
            // The same numbers once more, now as functions of the rows that train.
            Tensor ids = tensor(OutputRowIds!.Select(id => (long)id).ToArray(), device: Hidden.device);
            logits_RV = logits_RV.index_copy(1, ids, nn.functional.linear(hidden_RH, rows_KH.to(hidden_RH.dtype)));
        }

        return LogitTransform.Apply(logits_RV).MoveToOuterDisposeScope();
    }
}

/// <summary>Indices into the N rows of <see cref="DistillationInput.Hidden"/>.</summary>
public sealed record DistillationTargets
{
    /// <summary>No rows at all.</summary>
    public static DistillationTargets Empty { get; } =
        new()
        {
            CrossEntropyRows = [],
            CrossEntropyLabels = [],
            TeacherRows = [],
            StudentRows = [],
        };

    /// <summary>Rows whose logits predict a label, teacher and student halves alike.</summary>
    public required long[] CrossEntropyRows { get; init; }

    /// <summary>The label of each of <see cref="CrossEntropyRows"/>, 0 to V - 1.</summary>
    public required long[] CrossEntropyLabels { get; init; }

    /// <summary>Teacher rows of the divergence; a pair with the entry of <see cref="StudentRows"/> at the same index.</summary>
    public required long[] TeacherRows { get; init; }

    /// <summary>Student rows of the divergence.</summary>
    public required long[] StudentRows { get; init; }
}
