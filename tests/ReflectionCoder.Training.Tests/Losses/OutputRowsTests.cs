using ReflectionCoder.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

/// <summary>Rows of a frozen output projection that train.</summary>
public sealed class OutputRowsTests
{
    private static readonly int[] Ids = [7, 0, 10];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(256)]
    public void Compute_FrozenWeight_GivesTheRowsTheirPartOfTheGradient(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(4) with { CrossEntropyScale = 0.3, DivergenceScale = 0.7 };
        LossResult full = problem.RunNaively();
        using DisposeScope scope = NewDisposeScope();
        (Tensor hidden, Tensor weight, Tensor rows) = Tensors(problem);
        DistillationLoss loss = LossProblem.Loss(chunkRows).Compute(Input(problem, hidden, weight, rows, Ids));
        loss.Total.backward();
        Assert.Null(weight.grad);
        Close(full.HiddenGradient, LossProblem.Doubles(hidden.grad!));
        Close(
            [.. Ids.SelectMany(id => full.WeightGradient.AsSpan(id * problem.Width, problem.Width).ToArray())],
            LossProblem.Doubles(rows.grad!)
        );
        Close([full.Total], [loss.Total.item<double>()]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Compute_FrozenHiddenStates_StillTrainsTheRows(int chunkRows)
    {
        LossProblem problem = LossProblem.Create(5);
        LossResult full = problem.RunNaively();
        using DisposeScope scope = NewDisposeScope();
        (Tensor hidden, Tensor weight, Tensor rows) = Tensors(problem);
        hidden.requires_grad_(false);
        LossProblem.Loss(chunkRows).Compute(Input(problem, hidden, weight, rows, Ids)).Total.backward();
        Close(
            [.. Ids.SelectMany(id => full.WeightGradient.AsSpan(id * problem.Width, problem.Width).ToArray())],
            LossProblem.Doubles(rows.grad!)
        );
    }

    [Fact]
    public void Compute_RowsThatDoNotFit_AreRefused()
    {
        LossProblem problem = LossProblem.Create(4);
        using DisposeScope scope = NewDisposeScope();
        (Tensor hidden, Tensor weight, Tensor rows) = Tensors(problem);
        Assert.Contains("OutputRows", Refused(Input(problem, hidden, weight, rows, [1, 2])));
        Assert.Contains("OutputRowIds", Refused(Input(problem, hidden, weight, rows, [1, 2, 11])));
        Assert.Contains("twice", Refused(Input(problem, hidden, weight, rows, [1, 2, 2])));
        Assert.Contains("go together", Refused(Input(problem, hidden, weight, rows, null)));
        Assert.Contains("go together", Refused(Input(problem, hidden, weight, null, Ids)));
        weight.requires_grad_(true);
        Assert.Contains("twice", Refused(Input(problem, hidden, weight, rows, Ids)));

        static string Refused(DistillationInput input) =>
            Assert.Throws<ArgumentException>(() => DistillationLosses.Chunked().Compute(input)).Message;
    }

    private static DistillationInput Input(LossProblem problem, Tensor hidden, Tensor weight, Tensor? rows, int[]? ids) =>
        new()
        {
            Hidden = hidden,
            OutputWeight = weight,
            OutputRows = rows,
            OutputRowIds = ids,
            Targets = problem.Targets,
            CrossEntropyScale = problem.CrossEntropyScale,
            DivergenceScale = problem.DivergenceScale,
        };

    private static (Tensor Hidden, Tensor Weight, Tensor Rows) Tensors(LossProblem problem)
    {
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width);
        Tensor rows = weight.index_select(0, tensor(Ids.Select(id => (long)id).ToArray())).clone().requires_grad_();
        return (hidden, weight, rows);
    }

    private static void Close(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 1e-12, $"{pair.First} {pair.Second}"));
    }
}
