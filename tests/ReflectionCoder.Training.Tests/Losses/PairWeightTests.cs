using ReflectionCoder.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

/// <summary>Pairs with weights of their own, in both losses; a chunk size of 0 stands for the whole loss.</summary>
public sealed class PairWeightTests
{
    public static TheoryData<int> ChunkSizes => [0, 1, 3, 8, 1000];

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_MixedWeights_EqualsLoopsOverDoubles(int chunkRows)
    {
        LossProblem problem = Weighted(i => i % 4 * 0.7); // some are 0
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows)), 1e-12);
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows), project: false), 1e-12);
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows), ScalarType.Float32), 2e-6);
    }

    /// <summary>A row in several pairs of different weights, and a labelled teacher.</summary>
    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_RowsInSeveralPairs_EqualsLoopsOverDoubles(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(8) with { DivergenceScale = 1.3 };
        problem = problem with
        {
            Targets = new DistillationTargets
            {
                CrossEntropyRows = [0, 3, 14, 14],
                CrossEntropyLabels = [1, 2, 3, 4],
                TeacherRows = [3, 3, 4, 9, 9, 12],
                StudentRows = [14, 15, 14, 20, 20, 9],
                PairWeights = [0.5, 2, 0, 1, 3, 0.25],
            },
        };
        problem.RunNaively().AssertClose(problem.Run(LossProblem.Loss(chunkRows)), 1e-12);
    }

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_AllWeightsZero_EqualsCrossEntropyAlone(int chunkRows)
    {
        LossProblem problem = Weighted(_ => 0);
        LossProblem labelsAlone = problem with
        {
            Targets = problem.Targets with { TeacherRows = [], StudentRows = [], PairWeights = null },
        };
        LossResult expected = labelsAlone.Run(LossProblem.Loss(chunkRows), ScalarType.Float32);
        LossResult actual = problem.Run(LossProblem.Loss(chunkRows), ScalarType.Float32);
        Assert.Equal(expected.HiddenGradient, actual.HiddenGradient);
        Assert.Equal(expected.WeightGradient, actual.WeightGradient);
        Assert.Equal(expected.Total, actual.Total);
        Assert.Equal(0, actual.Divergence);
    }

    [Theory]
    [MemberData(nameof(ChunkSizes))]
    public void Compute_WeightTwo_GivesTwiceTheDivergencesPart(int chunkRows)
    {
        LossResult[] results =
        [
            .. Enumerable.Range(0, 3).Select(weight => Weighted(i => i == 2 ? weight : 1).Run(LossProblem.Loss(chunkRows))),
        ];
        double[] once = Difference(results[1], results[0]);
        double[] twice = Difference(results[2], results[0]);
        Assert.Contains(once, value => Math.Abs(value) > 1e-3);
        Assert.All(once.Zip(twice), pair => Assert.Equal(2 * pair.First, pair.Second, 1e-13));
    }

    /// <summary>An infinite divergence times 0 would be no number.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_WeightZeroAndInfiniteDivergence_StaysFinite(int chunkRows)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor([0, 0.5, 1, double.NegativeInfinity]).view(2, 2).requires_grad_();
        DistillationTargets targets = DistillationTargets.Empty with { TeacherRows = [0], StudentRows = [1], PairWeights = [0] };
        DistillationLoss loss = LossProblem.Loss(chunkRows).Compute(new DistillationInput { Hidden = logits, Targets = targets });
        loss.Total.backward();
        Assert.Equal(0, loss.SumOf(LossTerm.Divergence));
        Assert.All(LossProblem.Doubles(logits.grad!), value => Assert.Equal(0, value));
    }

    private static LossProblem Weighted(Func<int, double> weight)
    {
        LossProblem problem = LossProblem.Create(1) with { CrossEntropyScale = 0.31, DivergenceScale = 1.7 };
        double[] weights = [.. Enumerable.Range(0, problem.Targets.TeacherRows.Length).Select(weight)];
        return problem with { Targets = problem.Targets with { PairWeights = weights } };
    }

    private static double[] Difference(LossResult first, LossResult second) =>
        [
            .. first.HiddenGradient.Zip(second.HiddenGradient, (a, b) => a - b),
            .. first.WeightGradient.Zip(second.WeightGradient, (a, b) => a - b),
            first.Divergence - second.Divergence,
        ];
}
