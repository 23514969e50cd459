using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>
/// Works on blocks of a chunk's rows, in three stages that use the same memory: logits minus the row's largest one, their exponentials,
/// and the gradient. Shapes: C rows of the chunk, B rows of the block, V vocabulary. It runs without grad mode.
/// </summary>
/// <remarks>
/// Probabilities are exponential / sum. The division is left to the caller, who applies it to the far smaller gradient of the hidden
/// states, and so is the row's factor: here a gradient is (probabilities - constants) · sum.
/// </remarks>
internal sealed class SoftmaxRows
{
    private readonly DistillationInput input;
    private readonly LossChunk chunk;
    private readonly Tensor logits_CV;
    private readonly Tensor? gradient_CV;
    private readonly double[] factors;
    private readonly Tensor crossEntropySum;
    private readonly ScalarType computeType;
    private readonly bool overwrites;

    /// <summary>Takes a chunk.</summary>
    /// <param name="input">What the loss is computed of.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="logits_CV">Its logits. They are overwritten if the gradient may stand in their place.</param>
    /// <param name="gradient_CV">Where the gradient is written, which may be the logits themselves; null for no gradient.</param>
    /// <param name="factors">The factor of each row.</param>
    /// <param name="crossEntropySum">Takes up the cross entropy of the labels.</param>
    public SoftmaxRows(
        DistillationInput input,
        LossChunk chunk,
        Tensor logits_CV,
        Tensor? gradient_CV,
        double[] factors,
        Tensor crossEntropySum
    )
    {
        (this.input, this.chunk, this.logits_CV, this.gradient_CV) = (input, chunk, logits_CV, gradient_CV);
        (this.factors, this.crossEntropySum) = (factors, crossEntropySum);
        computeType = DistillationInputGuard.ComputeType(input);

        // Without a projection the logits are the caller's, and a cap's derivative needs them.
        overwrites = input.OutputWeight is not null && logits_CV.dtype == computeType && input.LogitTransform.SoftCap is null;
        Sums_C = ones([chunk.Count], computeType, logits_CV.device);
    }

    /// <summary>Sum of the exponentials of each row that has been exponentiated, [C].</summary>
    public Tensor Sums_C { get; }

    /// <summary>The sums of rows start … start + count - 1 in float64, [B].</summary>
    public Tensor WideSums(int start, int count) => Sums_C.narrow(0, start, count).to(ScalarType.Float64);

    /// <summary>
    /// Subtracts from the logits of rows start … start + count - 1 the largest one of each row, so that no exponential overflows.
    /// </summary>
    public Tensor Shift(int start, int count)
    {
        Tensor logits_BV = logits_CV.narrow(0, start, count);
        Tensor largest_B1 = logits_BV.amax([-1], keepdim: true);
        bool isCopy = logits_BV.dtype != computeType;
        return isCopy ? logits_BV.to(computeType).sub_(largest_B1)
            : overwrites ? logits_BV.sub_(largest_B1)
            : logits_BV.sub(largest_B1);
    }

    /// <summary>Turns shifted logits, in place, into their exponentials; keeps their sums, and adds the rows' cross entropy.</summary>
    public void Exponentiate(Tensor shifted_BV, int start)
    {
        int count = (int)shifted_BV.shape[0];
        (int Row, long Label)[] labels = LabelsOf(start, count);
        Tensor? labelled_L = labels.Length > 0 ? shifted_BV.view(-1).index_select(0, Places(labels, start)) : null;
        Sums_C.narrow(0, start, count).copy_(shifted_BV.exp_().sum(-1));
        if (labelled_L is not null)
        {
            Tensor logSums_L = Sums_C.index_select(0, Rows(labels)).to(ScalarType.Float64).log();
            crossEntropySum.add_(logSums_L.sub(labelled_L).sum());
        }
    }

    /// <summary>
    /// Turns exponentials, in place, into the gradient of the rows' cross entropy, and stores it: (p - onehot) · labels · scale, divided by
    /// the row's factor and multiplied by its sum.
    /// </summary>
    public void WriteGradient(Tensor exponentials_BV, int start)
    {
        int count = (int)exponentials_BV.shape[0];
        if (LabelsOf(start, count) is { Length: > 0 } labels)
        {
            double[] shares = [.. labels.Select(label => -Share(input.CrossEntropyScale, factors[label.Row]))];
            Tensor shares_L = tensor(shares, computeType, logits_CV.device).mul_(Sums_C.index_select(0, Rows(labels)));
            exponentials_BV.view(-1).index_add_(0, Places(labels, start), shares_L, 1);
        }

        input.LogitTransform.Differentiate(exponentials_BV, logits_CV.narrow(0, start, count));
        if (!overwrites)
        {
            gradient_CV!.narrow(0, start, count).copy_(exponentials_BV);
        }
    }

    /// <summary>
    /// As <see cref="WriteGradient"/>, with the gradient of the divergence beside it: (p - teacher) · scale · weight; or, where the
    /// divergence has a slope (<see cref="PairDivergence.Slopes"/>, overwritten), p · slope · scale · weight.
    /// </summary>
    public void WritePairGradient(Tensor student_BV, int student, Tensor teacher_BV, int teacher, Tensor? slopes_BV)
    {
        int count = (int)student_BV.shape[0];
        double[] shares =
        [
            .. Enumerable
                .Range(student, count)
                .Select(row => Share(input.DivergenceScale * chunk.WeightOf(row - chunk.Unpaired), factors[row])),
        ];
        Tensor shares_B1 = tensor(shares, computeType, logits_CV.device).view(-1, 1);
        if (slopes_BV is not null)
        {
            // What isn't the divergence's share of the factor is the labels', whose gradient begins with p.
            WriteGradient(student_BV.mul_(slopes_BV.mul_(shares_B1).add_(shares_B1.neg().add_(1))), student);
            return;
        }

        Tensor ratios_B = Sums_C.narrow(0, student, count).div(Sums_C.narrow(0, teacher, count));
        WriteGradient(student_BV.addcmul_(teacher_BV, shares_B1.mul_(ratios_B.view(-1, 1)), -1), student);
    }

    /// <summary>A part of a row's factor as a share of it. A row with factor 0 gets no gradient, so any share does.</summary>
    private static double Share(double part, double factor) => factor == 0 ? 0 : part / factor;

    private (int Row, long Label)[] LabelsOf(int start, int count) =>
        [.. chunk.Labels.Where(label => label.Row >= start && label.Row < start + count)];

    private Tensor Rows((int Row, long Label)[] labels) => tensor([.. labels.Select(label => (long)label.Row)], device: logits_CV.device);

    /// <summary>Indices of the labels in the flattened logits of a block.</summary>
    private Tensor Places((int Row, long Label)[] labels, int start) =>
        tensor([.. labels.Select(label => ((label.Row - start) * logits_CV.shape[1]) + label.Label)], device: logits_CV.device);
}
