using ReflectionCoder.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

/// <summary>Each divergence of the chunked loss against plain log-softmax in float64 that autograd differentiates.</summary>
public sealed class DivergenceTests
{
    public static TheoryData<DistillationDivergence, int> Cases
    {
        get
        {
            TheoryData<DistillationDivergence, int> cases = [];
            foreach (DistillationDivergence divergence in Enum.GetValues<DistillationDivergence>())
            {
                foreach (int chunkRows in (int[])[1, 3, 8, 1000])
                {
                    cases.Add(divergence, chunkRows);
                }
            }

            return cases;
        }
    }

    public static TheoryData<DistillationDivergence> Divergences => [.. Enum.GetValues<DistillationDivergence>()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_LabelsAndPairs_EqualsPlainLogSoftmax(DistillationDivergence divergence, int chunkRows)
    {
        LossProblem problem = LossProblem.Create(3) with { CrossEntropyScale = 0.31, DivergenceScale = 1.7 };
        LossResult expected = Naive(problem, divergence);
        ChunkedDistillationLoss loss = new(chunkRows, divergence);
        expected.AssertClose(problem.Run(loss), 1e-12);
        expected.AssertClose(problem.Run(loss, project: false), 1e-12);
        expected.AssertClose(problem.Run(loss, ScalarType.Float32), 3e-6);
        Assert.True(expected.Divergence > 0.1);
    }

    /// <summary>No labels: the factor of a student's row is the divergence's alone, and a teacher's row gets no gradient.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_PairsOfWeightsAlone_EqualsPlainLogSoftmaxAndSparesTheTeacher(DistillationDivergence divergence, int chunkRows)
    {
        LossProblem problem = LossProblem.Create(4) with { DivergenceScale = 0.9 };
        problem = problem with
        {
            Targets = problem.Targets with
            {
                CrossEntropyRows = [],
                CrossEntropyLabels = [],
                PairWeights = [.. problem.Targets.TeacherRows.Select((_, i) => i % 3 * 0.8)],
            },
        };
        LossResult actual = problem.Run(new ChunkedDistillationLoss(chunkRows, divergence));
        Naive(problem, divergence).AssertClose(actual, 1e-12);
        foreach (long row in problem.Targets.TeacherRows)
        {
            Assert.All(actual.HiddenGradient.AsSpan((int)row * problem.Width, problem.Width).ToArray(), value => Assert.Equal(0, value));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_TeachersOwnProjection_EqualsPlainLogSoftmax(DistillationDivergence divergence, int chunkRows)
    {
        LossProblem problem = LossProblem.Create(5) with { DivergenceScale = 1.3 };
        long[] labelled = [.. problem.Targets.StudentRows.Take(4)];
        DistillationTargets targets = problem.Targets with { CrossEntropyRows = labelled, CrossEntropyLabels = [1, 0, 2, 5] };
        double[] own = LossProblem.Create(6).Weight;

        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width).requires_grad_();
        Tensor teacherWeight = tensor(own).view(problem.Vocabulary, problem.Width).requires_grad_();
        DistillationLoss computed = new ChunkedDistillationLoss(chunkRows, divergence).Compute(
            new DistillationInput
            {
                Hidden = hidden,
                OutputWeight = weight,
                TeacherOutputWeight = teacherWeight,
                Targets = targets,
                DivergenceScale = problem.DivergenceScale,
            }
        );
        computed.Total.backward();
        Assert.Null(teacherWeight.grad);
        LossResult expected = Naive(problem with { Targets = targets }, divergence, own);
        LossResult actual = new(
            computed.Total.item<double>(),
            computed.SumOf(LossTerm.CrossEntropy),
            computed.SumOf(LossTerm.Divergence),
            LossProblem.Doubles(hidden.grad!),
            LossProblem.Doubles(weight.grad!)
        );
        expected.AssertClose(actual, 1e-12);
        Assert.True(Math.Abs(expected.Divergence - Naive(problem with { Targets = targets }, divergence).Divergence) > 0.01);
        if (divergence == DistillationDivergence.ForwardKl)
        {
            DistillationLoss whole = DistillationLosses.Whole.Compute(
                new DistillationInput
                {
                    Hidden = hidden,
                    OutputWeight = weight,
                    TeacherOutputWeight = teacherWeight,
                    Targets = targets,
                    DivergenceScale = problem.DivergenceScale,
                }
            );
            Assert.Equal(expected.Total, whole.Total.item<double>(), 1e-12);
        }
    }

    /// <summary>A masked vocabulary: where both probabilities are 0 the term is 0, not 0 · infinity.</summary>
    [Theory]
    [MemberData(nameof(Divergences))]
    public void Compute_LogitsOfMinusInfinityInBoth_StayFinite(DistillationDivergence divergence)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor([0.3, 1, double.NegativeInfinity, 0.9, -0.2, double.NegativeInfinity]).view(2, 3).requires_grad_();
        Tensor narrow = tensor([0.3, 1, 0.9, -0.2]).view(2, 2).requires_grad_();
        DistillationTargets targets = DistillationTargets.Empty with { TeacherRows = [0], StudentRows = [1] };
        ChunkedDistillationLoss loss = new(4, divergence);
        DistillationLoss masked = loss.Compute(new DistillationInput { Hidden = logits, Targets = targets });
        DistillationLoss plain = loss.Compute(new DistillationInput { Hidden = narrow, Targets = targets });
        masked.Total.backward();
        plain.Total.backward();
        Assert.Equal(plain.Total.item<double>(), masked.Total.item<double>(), 1e-14);
        Assert.Equal(0, LossProblem.Doubles(logits.grad!)[5]);
        Assert.Equal(LossProblem.Doubles(narrow.grad!)[2], LossProblem.Doubles(logits.grad!)[3], 1e-14);
    }

    /// <summary>A ratio of probabilities that float32 can't hold: log(1 + exp(t)) must neither overflow nor lose the large side.</summary>
    [Fact]
    public void Compute_JensenShannonOfDistributionsFarApart_ApproachesLogTwo()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor([200f, -200f, -200f, 200f]).view(2, 2).requires_grad_();
        DistillationTargets targets = DistillationTargets.Empty with { TeacherRows = [0], StudentRows = [1] };
        DistillationLoss loss = new ChunkedDistillationLoss(4, DistillationDivergence.JensenShannon).Compute(
            new DistillationInput { Hidden = logits, Targets = targets }
        );
        loss.Total.backward();
        Assert.Equal(Math.Log(2), loss.SumOf(LossTerm.Divergence), 1e-6);
        Assert.All(LossProblem.Doubles(logits.grad!), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Identity_OfDivergences_Differ()
    {
        string[] identities = [.. Enum.GetValues<DistillationDivergence>().Select(one => new ChunkedDistillationLoss(256, one).Identity)];
        Assert.Equal(DistillationLosses.Chunked().Identity, identities[0]);
        Assert.Equal(3, identities.Distinct().Count());
    }

    [Fact]
    public void Compute_TeachersProjectionThatDoesNotFit_IsNamed()
    {
        LossProblem problem = LossProblem.Create(7);
        using DisposeScope scope = NewDisposeScope();
        DistillationInput input = new()
        {
            Hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width),
            OutputWeight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width),
            Targets = problem.Targets with { CrossEntropyRows = [problem.Targets.TeacherRows[0]], CrossEntropyLabels = [1] },
        };
        ChunkedDistillationLoss loss = new();
        Assert.Contains(
            "TeacherOutputWeight",
            Assert.Throws<ArgumentException>(() => loss.Compute(input with { TeacherOutputWeight = zeros(2, 3) })).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "a teacher row",
            Assert.Throws<ArgumentException>(() => loss.Compute(input with { TeacherOutputWeight = input.OutputWeight })).Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>The loss without chunks: whole logits, log-softmax, the formula as it is written, and autograd.</summary>
    private static LossResult Naive(LossProblem problem, DistillationDivergence divergence, double[]? teacherWeight = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width).requires_grad_();
        Tensor logs = nn.functional.linear(hidden, weight).log_softmax(-1);
        Tensor teacherLogs = teacherWeight is null
            ? logs
            : nn.functional.linear(hidden, tensor(teacherWeight).view(problem.Vocabulary, problem.Width)).log_softmax(-1);
        Tensor p = teacherLogs.index_select(0, tensor(problem.Targets.TeacherRows)).detach();
        Tensor q = logs.index_select(0, tensor(problem.Targets.StudentRows));
        Tensor terms = NaiveDivergence.Of(divergence, p, q);
        double[] weights = problem.Targets.PairWeights ?? [.. problem.Targets.TeacherRows.Select(_ => 1.0)];
        Tensor divergenceSum = terms.mul(tensor(weights)).sum();
        Tensor crossEntropy = zeros([], ScalarType.Float64);
        foreach ((long row, long label) in problem.Targets.CrossEntropyRows.Zip(problem.Targets.CrossEntropyLabels))
        {
            crossEntropy = crossEntropy.sub(logs[row, label]);
        }

        Tensor total = crossEntropy.mul(problem.CrossEntropyScale).add(divergenceSum.mul(problem.DivergenceScale));
        total.backward();
        return new LossResult(
            total.item<double>(),
            crossEntropy.item<double>(),
            divergenceSum.item<double>(),
            LossProblem.Doubles(hidden.grad!),
            LossProblem.Doubles(weight.grad!)
        );
    }
}

/// <summary>The divergences as their definitions have them.</summary>
internal static class NaiveDivergence
{
    /// <summary>The divergence of each row, given the teacher's and the student's log-probabilities.</summary>
    public static Tensor Of(DistillationDivergence divergence, Tensor p, Tensor q)
    {
        Tensor mean = p.exp().add(q.exp()).div(2).log();
        return divergence switch
        {
            DistillationDivergence.ForwardKl => p.exp().mul(p.sub(q)).sum(-1),
            DistillationDivergence.ReverseKl => q.exp().mul(q.sub(p)).sum(-1),
            _ => p.exp().mul(p.sub(mean)).sum(-1).add(q.exp().mul(q.sub(mean)).sum(-1)).div(2),
        };
    }
}
