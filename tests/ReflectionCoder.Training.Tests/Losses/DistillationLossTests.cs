using ReflectionCoder.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

/// <summary>
/// Both losses against loops over doubles, closed forms and finite differences; a chunk size of 0 stands for the whole loss.
/// </summary>
public sealed class DistillationLossTests
{
    public static TheoryData<int> ChunkSizes => [0, 1, 2, 3, 5, 8, 16, 1000];

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_Float64_EqualsLoopsOverDoubles(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(1) with { CrossEntropyScale = 0.31, DivergenceScale = 1.7 };
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows)), 1e-12);
    }

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_Float32_EqualsTheWholeLoss(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(2, rows: 60, width: 16, vocabulary: 40) with
        {
            CrossEntropyScale = 0.02,
            DivergenceScale = 0.05,
        };
        LossResult whole = problem.Run(LossProblem.Loss(0), ScalarType.Float32);
        whole.AssertClose(problem.Run(LossProblem.Loss(chunkRows), ScalarType.Float32), 1e-6);
        problem.RunNaively().AssertClose(whole, 2e-6);
    }

    [Theory]
    [InlineData(1 << 17, 64)]
    [InlineData(300_000, 4)]
    public void Compute_WideVocabulary_IsExactAcrossBlocks(int vocabulary, int chunkRows)
    {
        LossProblem problem = LossProblem.Create(3, rows: 16, width: 2, vocabulary: vocabulary);
        problem.Run(LossProblem.Loss(0)).AssertClose(problem.Run(LossProblem.Loss(chunkRows)), 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_BFloat16_StaysNearFloat32(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(4, rows: 40, width: 16, vocabulary: 30) with
        {
            CrossEntropyScale = 0.05,
            DivergenceScale = 0.1,
        };
        LossResult reduced = problem.Run(LossProblem.Loss(chunkRows), ScalarType.BFloat16);
        problem.RunNaively().AssertClose(reduced, 2e-2);
    }

    [Theory]
    [InlineData(0, ScalarType.Float32, ScalarType.Float32)]
    [InlineData(4, ScalarType.Float32, ScalarType.Float32)]
    [InlineData(0, ScalarType.Float64, ScalarType.Float64)]
    [InlineData(4, ScalarType.Float64, ScalarType.Float64)]
    [InlineData(0, ScalarType.BFloat16, ScalarType.Float32)]
    [InlineData(4, ScalarType.BFloat16, ScalarType.Float32)]
    public void Compute_Types_TotalIsAtLeastFloat32AndGradientsKeepTheWeightsType(int chunkRows, ScalarType type, ScalarType expected)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = randn([6, 3], dtype: type, requires_grad: true);
        Tensor weight = randn([5, 3], dtype: type, requires_grad: true);
        DistillationTargets targets = new()
        {
            CrossEntropyRows = [1],
            CrossEntropyLabels = [2],
            TeacherRows = [0],
            StudentRows = [3],
        };
        DistillationLoss loss = LossProblem
            .Loss(chunkRows)
            .Compute(
                new DistillationInput
                {
                    Hidden = hidden,
                    OutputWeight = weight,
                    Targets = targets,
                }
            );
        loss.Total.backward();
        Assert.Equal(expected, loss.Total.dtype);
        Assert.Empty(loss.Total.shape);
        Assert.Equal(type, hidden.grad!.dtype);
        Assert.Equal(type, weight.grad!.dtype);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Compute_TwoClassDivergence_EqualsTheClosedForm(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        double p = 0.8,
            q = 0.3;
        Tensor logits = tensor([Math.Log(p), Math.Log(1 - p), Math.Log(q) + 5, Math.Log(1 - q) + 5]).view(2, 2).requires_grad_();
        DistillationTargets targets = DistillationTargets.Empty with { TeacherRows = [0], StudentRows = [1] };
        DistillationLoss loss = LossProblem.Loss(chunkRows).Compute(new DistillationInput { Hidden = logits, Targets = targets });
        loss.Total.backward();

        double expected = (p * Math.Log(p / q)) + ((1 - p) * Math.Log((1 - p) / (1 - q)));
        Assert.Equal(expected, loss.SumOf(LossTerm.Divergence), 14);
        Assert.Equal(0, loss.SumOf(LossTerm.CrossEntropy));
        double[] gradient = LossProblem.Doubles(logits.grad!);
        Assert.Equal([0.0, 0.0], gradient[..2]); // the teacher is detached
        Assert.Equal(q - p, gradient[2], 14);
        Assert.Equal(p - q, gradient[3], 14);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Compute_Gradient_EqualsFiniteDifferences(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(5, rows: 10, width: 3, vocabulary: 4) with
        {
            CrossEntropyScale = 0.7,
            DivergenceScale = 0,
        };
        CheckDifferences(problem);

        // A teacher moves the divergence but gets no gradient, so only the students' rows can be compared.
        LossProblem divergence = problem with
        {
            CrossEntropyScale = 0,
            DivergenceScale = 1.3,
        };
        double[] gradient = divergence.Run(LossProblem.Loss(chunkRows)).HiddenGradient;
        foreach (long row in problem.Targets.StudentRows)
        {
            for (long i = row * problem.Width; i < (row + 1) * problem.Width; i++)
            {
                Assert.Equal(
                    Slope(divergence.Hidden, (int)i, hidden => (divergence with { Hidden = hidden }).RunTotal(chunkRows)),
                    gradient[i],
                    8
                );
            }
        }

        foreach (long row in problem.Targets.TeacherRows)
        {
            Assert.All(gradient[(int)(row * problem.Width)..(int)((row + 1) * problem.Width)], value => Assert.Equal(0, value));
        }

        void CheckDifferences(LossProblem smooth)
        {
            LossResult result = smooth.Run(LossProblem.Loss(chunkRows));
            for (int i = 0; i < smooth.Hidden.Length; i++)
            {
                Assert.Equal(
                    Slope(smooth.Hidden, i, hidden => (smooth with { Hidden = hidden }).RunTotal(chunkRows)),
                    result.HiddenGradient[i],
                    8
                );
            }

            for (int i = 0; i < smooth.Weight.Length; i++)
            {
                Assert.Equal(
                    Slope(smooth.Weight, i, weight => (smooth with { Weight = weight }).RunTotal(chunkRows)),
                    result.WeightGradient[i],
                    8
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_HostsOwnLogits_GiveTheSame(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(6) with { CrossEntropyScale = 0.4 };
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows), project: false), 1e-12);
    }

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_RowsUsedSeveralTimes_AddUp(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(7) with
        {
            Targets = new DistillationTargets
            {
                CrossEntropyRows = [3, 3, 3, 9, 1, 20, 5, 5],
                CrossEntropyLabels = [0, 4, 4, 2, 10, 3, 6, 7],
                TeacherRows = [3, 3, 4, 9, 9, 12],
                StudentRows = [14, 15, 3, 14, 14, 12],
            },
        };
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows)), 1e-12);
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows), project: false), 1e-12);
    }

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_OneTermAlone_Works(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(8);
        LossProblem labelsAlone = problem with { Targets = problem.Targets with { TeacherRows = [], StudentRows = [] } };
        LossProblem pairsAlone = problem with { Targets = problem.Targets with { CrossEntropyRows = [], CrossEntropyLabels = [] } };
        labelsAlone.RunNaively().AssertClose(labelsAlone.Run(LossProblem.Loss(chunkRows)), 1e-12);
        pairsAlone.RunNaively().AssertClose(pairsAlone.Run(LossProblem.Loss(chunkRows)), 1e-12);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(0, false)]
    [InlineData(4, false)]
    public void Compute_NoTargets_IsZeroAndDifferentiable(int chunkRows, bool project)
    {
        LossProblem problem = LossProblem.Create(9) with { Targets = DistillationTargets.Empty };
        LossResult result = problem.Run(LossProblem.Loss(chunkRows), project: project);
        Assert.Equal(0, result.Total);
        Assert.All(result.HiddenGradient, value => Assert.Equal(0, value));
        Assert.All(result.WeightGradient, value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_UpstreamGradientAndScales_ActLinearly(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(10);
        LossResult tripled = problem.Run(LossProblem.Loss(chunkRows), upstream: 3);
        LossResult scaled = (problem with { CrossEntropyScale = 3, DivergenceScale = 3 }).Run(LossProblem.Loss(chunkRows));
        (tripled with { Total = 3 * tripled.Total }).AssertClose(scaled, 1e-13);
        Assert.Equal((3 * tripled.CrossEntropy) + (3 * tripled.Divergence), scaled.Total, 10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_HostsExtraTerm_AddsItsGradient(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        LossProblem problem = LossProblem.Create(11);
        LossResult expected = problem.RunNaively();
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width);
        DistillationLoss loss = LossProblem
            .Loss(chunkRows)
            .Compute(
                new DistillationInput
                {
                    Hidden = hidden,
                    OutputWeight = weight,
                    Targets = problem.Targets,
                }
            );
        (loss.Total + (hidden.sum() * 2)).backward();
        double[] gradient = LossProblem.Doubles(hidden.grad!);
        Assert.All(gradient.Zip(expected.HiddenGradient), pair => Assert.Equal(pair.Second + 2, pair.First, 12));
        Assert.Null(weight.grad);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_WeightAloneLearns_GetsItsGradient(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        LossProblem problem = LossProblem.Create(12);
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width);
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width).requires_grad_();
        LossProblem
            .Loss(chunkRows)
            .Compute(
                new DistillationInput
                {
                    Hidden = hidden,
                    OutputWeight = weight,
                    Targets = problem.Targets,
                }
            )
            .Total.backward();
        Assert.All(
            LossProblem.Doubles(weight.grad!).Zip(problem.RunNaively().WeightGradient),
            pair => Assert.Equal(pair.Second, pair.First, 12)
        );
        Assert.Null(hidden.grad);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_TiedWeight_GetsBothGradients(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        LossProblem problem = LossProblem.Create(13);
        Tensor first = Differentiate(DistillationLosses.Whole);
        Tensor second = Differentiate(LossProblem.Loss(chunkRows));
        Assert.True((first - second).abs().max().item<double>() < 1e-12);

        Tensor Differentiate(IDistillationLoss loss)
        {
            Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width).requires_grad_();
            long[] ids = [.. Enumerable.Range(0, problem.Rows).Select(i => (long)(i % problem.Vocabulary))];
            Tensor hidden = weight.index_select(0, tensor(ids)).sin();
            loss.Compute(
                    new DistillationInput
                    {
                        Hidden = hidden,
                        OutputWeight = weight,
                        Targets = problem.Targets,
                    }
                )
                .Total.backward();
            return weight.grad!;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_GradientModeOff_ComputesTheValueAlone(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        LossProblem problem = LossProblem.Create(14);
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width).requires_grad_();
        using (no_grad())
        {
            DistillationLoss loss = LossProblem
                .Loss(chunkRows)
                .Compute(
                    new DistillationInput
                    {
                        Hidden = hidden,
                        OutputWeight = weight,
                        Targets = problem.Targets,
                    }
                );
            Assert.False(loss.Total.requires_grad);
            Assert.Equal(problem.RunNaively().Total, loss.Total.item<double>(), 12);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Compute_MaskedVocabulary_IsIgnored(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        DistillationTargets targets = new()
        {
            CrossEntropyRows = [0, 1, 2],
            CrossEntropyLabels = [0, 1, 1],
            TeacherRows = [0],
            StudentRows = [1],
        };
        Tensor narrow = randn([3, 4], dtype: ScalarType.Float64);
        Tensor masked = cat([narrow, full([3, 2], double.NegativeInfinity, dtype: ScalarType.Float64)], 1).requires_grad_();
        Tensor plain = narrow.clone().requires_grad_();
        DistillationLoss expected = LossProblem.Loss(chunkRows).Compute(new DistillationInput { Hidden = plain, Targets = targets });
        DistillationLoss actual = LossProblem.Loss(chunkRows).Compute(new DistillationInput { Hidden = masked, Targets = targets });
        expected.Total.backward();
        actual.Total.backward();
        Assert.Equal(expected.Total.item<double>(), actual.Total.item<double>(), 14);
        Assert.Equal(expected.SumOf(LossTerm.Divergence), actual.SumOf(LossTerm.Divergence), 14);
        double[] gradient = LossProblem.Doubles(masked.grad!.narrow(1, 0, 4));
        Assert.All(LossProblem.Doubles(plain.grad!).Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, 14));
        Assert.All(LossProblem.Doubles(masked.grad!.narrow(1, 4, 2)), value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(0, false)]
    [InlineData(4, false)]
    public void Compute_NotANumber_ReachesTheTotal(int chunkRows, bool project)
    {
        LossProblem problem = LossProblem.Create(15);
        problem.Hidden[(problem.Targets.StudentRows[1] * problem.Width) + 2] = double.NaN;
        LossResult result = problem.Run(LossProblem.Loss(chunkRows), project: project);
        Assert.Equal(double.NaN, result.Total);
        Assert.Equal(double.NaN, result.Divergence);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_Scope_ReceivesTheTotalAlone(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        LossProblem problem = LossProblem.Create(16);
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width).requires_grad_();
        int before = scope.DisposablesCount;
        LossProblem
            .Loss(chunkRows)
            .Compute(
                new DistillationInput
                {
                    Hidden = hidden,
                    OutputWeight = weight,
                    Targets = problem.Targets,
                }
            );
        Assert.Equal(before + 1, scope.DisposablesCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_BadInput_ThrowsBeforeAnyProduct(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        IDistillationLoss loss = LossProblem.Loss(chunkRows);
        DistillationTargets good = new()
        {
            CrossEntropyRows = [0],
            CrossEntropyLabels = [4],
            TeacherRows = [1],
            StudentRows = [2],
        };
        DistillationInput input = new()
        {
            Hidden = zeros([3, 2]),
            OutputWeight = zeros([5, 2]),
            Targets = good,
        };
        loss.Compute(input);

        void Rejects(DistillationInput bad, string word) =>
            Assert.Contains(word, Assert.ThrowsAny<ArgumentException>(() => loss.Compute(bad)).Message, StringComparison.Ordinal);

        Rejects(input with { Targets = good with { CrossEntropyRows = [3] } }, "CrossEntropyRows[0] is 3");
        Rejects(input with { Targets = good with { CrossEntropyRows = [-1] } }, "CrossEntropyRows[0] is -1");
        Rejects(input with { Targets = good with { CrossEntropyLabels = [5] } }, "CrossEntropyLabels[0] is 5");
        Rejects(input with { Targets = good with { CrossEntropyLabels = [-100] } }, "CrossEntropyLabels[0] is -100");
        Rejects(input with { Targets = good with { CrossEntropyLabels = [] } }, "come in pairs");
        Rejects(input with { Targets = good with { StudentRows = [1, 2] } }, "come in pairs");
        Rejects(input with { Targets = good with { TeacherRows = [9] } }, "TeacherRows[0] is 9");
        Rejects(input with { Targets = good with { StudentRows = [3] } }, "StudentRows[0] is 3");
        Rejects(input with { Targets = good with { PairWeights = [1, 1] } }, "PairWeights has 2 entries but TeacherRows 1");
        Rejects(input with { Targets = good with { PairWeights = [-0.5] } }, "PairWeights[0] is -0.5");
        Rejects(input with { Targets = good with { PairWeights = [double.NaN] } }, "PairWeights[0] is NaN");
        Rejects(input with { OutputWeight = zeros([5, 3]) }, "does not project");
        Rejects(input with { OutputWeight = zeros([5]) }, "OutputWeight has shape [5]; expected two dimensions");
        Rejects(input with { OutputWeight = zeros([5, 0]) }, "OutputWeight has shape [5, 0]");
        Rejects(input with { OutputWeight = zeros([5, 2], dtype: ScalarType.Int64) }, "OutputWeight is Int64");
        Rejects(input with { Hidden = zeros([3, 2, 1]) }, "Hidden has shape [3, 2, 1]; expected two dimensions");
        Rejects(input with { OutputWeight = zeros([5, 2], dtype: ScalarType.Float64) }, "of one type");
        Rejects(input with { Hidden = zeros([3, 2], dtype: ScalarType.Int64), OutputWeight = null }, "Int64");
        Rejects(input with { CrossEntropyScale = double.NaN }, "CrossEntropyScale");
        Rejects(input with { DivergenceScale = double.PositiveInfinity }, "DivergenceScale");
        Assert.Throws<ArgumentOutOfRangeException>(() => DistillationLosses.Chunked(0));
    }

    private static double Slope(double[] values, int index, Func<double[], double> function)
    {
        const double Delta = 1e-5;
        double[] up = [.. values],
            down = [.. values];
        up[index] += Delta;
        down[index] -= Delta;
        return (function(up) - function(down)) / (2 * Delta);
    }
}

file static class LossProblemExtensions
{
    public static double RunTotal(this LossProblem problem, int chunkRows) => problem.Run(LossProblem.Loss(chunkRows)).Total;
}
