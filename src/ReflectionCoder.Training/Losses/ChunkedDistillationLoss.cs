using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Losses;

/// <summary>The loss, computed for a chunk of rows at a time; see <see cref="DistillationLosses.Chunked"/>.</summary>
internal sealed class ChunkedDistillationLoss : IDistillationLoss
{
    /// <summary>
    /// Elements of a block of logits on the CPU: 8 MB of float32. Each block is small enough to stay in the last cache between two passes
    /// over it, and large enough that waking the threads for each pass costs little.
    /// </summary>
    internal const long BlockElements = 1 << 21;

    /// <summary>Creates the loss.</summary>
    /// <param name="chunkRows">
    /// Most rows of a chunk, at least 1; the two rows of a pair always share a chunk. The default value is 256.
    /// </param>
    /// <param name="divergence">What is measured between the rows of a pair. The default value is KL(teacher ‖ student).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="chunkRows"/> is below 1.</exception>
    public ChunkedDistillationLoss(int chunkRows = 256, DistillationDivergence divergence = DistillationDivergence.ForwardKl)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkRows, 1);
        ChunkRows = chunkRows;
        Divergence = divergence;
    }

    /// <summary>Most rows of a chunk.</summary>
    public int ChunkRows { get; }

    /// <summary>What is measured between the rows of a pair.</summary>
    public DistillationDivergence Divergence { get; }

    /// <inheritdoc/>
    public string Identity =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"chunked({ChunkRows}{(Divergence == DistillationDivergence.ForwardKl ? "" : $", {Divergence}")})"
        );

    /// <inheritdoc/>
    public DistillationLoss Compute(DistillationInput input)
    {
        DistillationInputGuard.Check(input);
        using DisposeScope scope = NewDisposeScope();
        ChunkPlan plan = ChunkPlan.Create(input.Targets.WithoutPairsOfWeightZero(), input.Hidden.shape[0], ChunkRows);
        Tensor hidden_RH = input.Hidden.index_select(0, tensor(plan.Rows, device: input.Hidden.device));
        bool hiddenLearns = is_grad_enabled() && input.Hidden.requires_grad;
        bool weightLearns = is_grad_enabled() && input.OutputWeight is { requires_grad: true };
        bool rowsLearn = is_grad_enabled() && input.OutputRows is { requires_grad: true };

        Work work = new(input, Divergence, plan, hidden_RH.detach(), hiddenLearns, weightLearns, rowsLearn);
        using (no_grad())
        {
            foreach (LossChunk chunk in plan.Chunks)
            {
                work.Run(chunk);
            }
        }

        Tensor total = work
            .CrossEntropySum.mul(input.CrossEntropyScale)
            .add(work.DivergenceSum.mul(input.DivergenceScale))
            .to(work.ComputeType);

        // Autograd is to use the gradients that are computed already. The term x · gradient - (the same, detached) does that: its value is
        // 0, and its derivative with respect to x is the gradient.
        if (work.HiddenGradient is { } hiddenGradient_RH)
        {
            // A logit may be -infinity, and 0 · -infinity is NaN.
            Tensor learned_RH = input.OutputWeight is null ? hidden_RH.masked_fill(hiddenGradient_RH.eq(0), 0) : hidden_RH;
            Tensor surrogate = learned_RH.mul(hiddenGradient_RH.to(work.ComputeType)).sum();
            total = total.add(surrogate.sub(surrogate.detach()));
        }

        if (work.WeightGradient is { } weightGradient_VH)
        {
            Tensor weight_VH = input.OutputWeight!;
            Tensor surrogate =
                weight_VH.dtype == weightGradient_VH.dtype
                    ? weight_VH.reshape(-1).dot(weightGradient_VH.reshape(-1))
                    : weight_VH.mul(weightGradient_VH).sum();
            total = total.add(surrogate.sub(surrogate.detach()));
        }

        if (work.RowsGradient is { } rowsGradient_KH)
        {
            Tensor surrogate = input.OutputRows!.mul(rowsGradient_KH.to(input.OutputRows.dtype)).sum();
            total = total.add(surrogate.sub(surrogate.detach()));
        }

        return DistillationLoss.Of(
            total.MoveToOuterDisposeScope(),
            input,
            work.CrossEntropySum.item<double>(),
            work.DivergenceSum.item<double>()
        );
    }

    /// <summary>The buffers and sums of one call. It runs without grad mode.</summary>
    private sealed class Work
    {
        private readonly DistillationInput input;
        private readonly DistillationDivergence divergence;
        private readonly Device device;
        private readonly long vocabularySize;
        private readonly Tensor hidden_RH;
        private readonly Tensor? weight_VH;
        private readonly Tensor? logitsBuffer;
        private readonly Tensor? rowIds;
        private readonly bool learns;

        public Work(
            DistillationInput input,
            DistillationDivergence divergence,
            ChunkPlan plan,
            Tensor hidden_RH,
            bool hiddenLearns,
            bool weightLearns,
            bool rowsLearn
        )
        {
            this.input = input;
            this.divergence = divergence;
            this.hidden_RH = hidden_RH;
            device = input.Hidden.device;
            vocabularySize = DistillationInputGuard.VocabularySize(input);
            ComputeType = DistillationInputGuard.ComputeType(input);
            weight_VH = input.OutputWeight?.detach();
            learns = hiddenLearns || weightLearns || rowsLearn;
            CrossEntropySum = zeros([], ScalarType.Float64, device);
            DivergenceSum = zeros([], ScalarType.Float64, device);
            HiddenGradient = hiddenLearns ? zeros(hidden_RH.shape, hidden_RH.dtype, device) : null;
            WeightGradient = weightLearns ? zeros(weight_VH!.shape, ComputeType, device) : null;
            if (rowsLearn)
            {
                rowIds = tensor(input.OutputRowIds!.Select(id => (long)id).ToArray(), device: device);
                RowsGradient = zeros(input.OutputRows!.shape, ComputeType, device);
            }

            if (weight_VH is not null && plan.Chunks.Count > 0)
            {
                logitsBuffer = empty([plan.Chunks.Max(chunk => chunk.Count), vocabularySize], hidden_RH.dtype, device);
            }
        }

        public ScalarType ComputeType { get; }

        public Tensor CrossEntropySum { get; }

        public Tensor DivergenceSum { get; }

        public Tensor? HiddenGradient { get; }

        public Tensor? WeightGradient { get; }

        public Tensor? RowsGradient { get; }

        public void Run(LossChunk chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor hidden_CH = hidden_RH.narrow(0, chunk.Start, chunk.Count);
            Tensor logits_CV = hidden_CH;
            Tensor? gradient_CV = HiddenGradient?.narrow(0, chunk.Start, chunk.Count);
            if (weight_VH is not null)
            {
                // beta = 0 overwrites the buffer. Later the gradient overwrites the logits there, block by block.
                logits_CV = logitsBuffer!.narrow(0, 0, chunk.Count);
                Project(hidden_CH, weight_VH, logits_CV, chunk);
                input.LogitTransform.ApplyInPlace(logits_CV);
                gradient_CV = learns ? logits_CV : null;
            }

            double[] factors = Factors(chunk);
            Tensor sums_C = Differentiate(chunk, logits_CV, gradient_CV, factors);
            if (!learns || chunk.GradientRows == 0)
            {
                return;
            }

            // The gradient of the logits still lacks each row's factor, and the division by its softmax's sum. Both are applied to [.., H]
            // instead of [.., V], which is far smaller.
            Tensor factors_G1 = tensor(factors, ComputeType, device).div(sums_C).narrow(0, 0, chunk.GradientRows).view(-1, 1);
            Tensor gradient_GV = gradient_CV!.narrow(0, 0, chunk.GradientRows);
            if (weight_VH is null)
            {
                gradient_GV.mul_(factors_G1);
                return;
            }

            HiddenGradient?.narrow(0, chunk.Start, chunk.GradientRows).addmm_(gradient_GV, weight_VH, beta: 0).mul_(factors_G1);
            if (WeightGradient is null && RowsGradient is null)
            {
                return;
            }

            Tensor hidden_GH = hidden_CH.narrow(0, 0, chunk.GradientRows).mul(factors_G1).to(hidden_CH.dtype);
            RowsGradient?.add_(gradient_GV.index_select(1, rowIds!).transpose(0, 1).mm(hidden_GH));
            if (WeightGradient is not null)
            {
                Tensor gradient_VG = gradient_GV.transpose(0, 1);
                if (WeightGradient.dtype == hidden_GH.dtype)
                {
                    WeightGradient.addmm_(gradient_VG, hidden_GH);
                }
                else
                {
                    WeightGradient.add_(gradient_VG.mm(hidden_GH));
                }
            }
        }

        /// <summary>Computes a chunk's logits. Its teacher rows stand last, and may have a projection of their own.</summary>
        private void Project(Tensor hidden_CH, Tensor weight_VH, Tensor logits_CV, LossChunk chunk)
        {
            if (input.TeacherOutputWeight is not { } teacherWeight_VH)
            {
                logits_CV.addmm_(hidden_CH, weight_VH.transpose(0, 1), beta: 0);
                return;
            }

            int own = chunk.Unpaired + chunk.Pairs;
            logits_CV.narrow(0, 0, own).addmm_(hidden_CH.narrow(0, 0, own), weight_VH.transpose(0, 1), beta: 0);
            logits_CV
                .narrow(0, own, chunk.Pairs)
                .addmm_(hidden_CH.narrow(0, own, chunk.Pairs), teacherWeight_VH.detach().transpose(0, 1), beta: 0);
        }

        /// <summary>
        /// The factor of each row: the gradient of a row is (factor · probabilities - constants). It is the cross entropy scale for each
        /// label of the row, plus the divergence scale, times the pair's weight, for the student row of a pair.
        /// </summary>
        private double[] Factors(LossChunk chunk)
        {
            double[] factors = new double[chunk.Count];
            for (int pair = 0; pair < chunk.Pairs; pair++)
            {
                factors[chunk.Unpaired + pair] = input.DivergenceScale * chunk.WeightOf(pair);
            }

            foreach ((int row, _) in chunk.Labels)
            {
                factors[row] += input.CrossEntropyScale;
            }

            return factors;
        }

        /// <summary>
        /// Adds the terms of a chunk to the sums, and writes the gradient with respect to its logits, each row divided by its factor and
        /// multiplied by its softmax's sum.
        /// </summary>
        /// <returns>The sum of exp(logit - largest logit) of each row, [C].</returns>
        private Tensor Differentiate(LossChunk chunk, Tensor logits_CV, Tensor? gradient_CV, double[] factors)
        {
            int blockRows = device.type == DeviceType.CPU ? (int)Math.Clamp(BlockElements / vocabularySize, 1, int.MaxValue) : int.MaxValue;
            SoftmaxRows rows = new(input, chunk, logits_CV, gradient_CV, factors, CrossEntropySum);
            for (int start = 0; start < chunk.Unpaired; start += blockRows)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor block_BV = rows.Shift(start, Math.Min(blockRows, chunk.Unpaired - start));
                rows.Exponentiate(block_BV, start);
                if (gradient_CV is not null)
                {
                    rows.WriteGradient(block_BV, start);
                }
            }

            for (int start = 0; start < chunk.Pairs; start += blockRows)
            {
                using DisposeScope scope = NewDisposeScope();
                int count = Math.Min(blockRows, chunk.Pairs - start);
                int student = chunk.Unpaired + start;
                int teacher = student + chunk.Pairs;
                (Tensor student_BV, Tensor teacher_BV) = (rows.Shift(student, count), rows.Shift(teacher, count));
                Tensor differences_BV = teacher_BV.sub(student_BV);
                rows.Exponentiate(student_BV, student);
                rows.Exponentiate(teacher_BV, teacher);
                var pairs = PairDivergence.Compute(
                    divergence,
                    differences_BV,
                    (student_BV, rows.WideSums(student, count)),
                    (teacher_BV, rows.WideSums(teacher, count)),
                    isMasked: weight_VH is null
                );
                DivergenceSum.add_(
                    chunk.PairWeights is { } weights
                        ? pairs.Terms.dot(tensor(weights.AsSpan(start, count).ToArray(), ScalarType.Float64, device))
                        : pairs.Terms.sum()
                );
                if (gradient_CV is not null)
                {
                    rows.WritePairGradient(student_BV, student, teacher_BV, teacher, pairs.Slopes);
                    int labelled = Math.Min(count, chunk.GradientRows - teacher);
                    if (labelled > 0)
                    {
                        rows.WriteGradient(teacher_BV.narrow(0, 0, labelled), teacher);
                    }
                }
            }

            return rows.Sums_C;
        }
    }
}
