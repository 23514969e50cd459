using ReflectionCoder.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ReflectionCoder.Tests.Functional;

public class LossTests
{
    private const int Rows = 5;
    private const int Classes = 4;
    private static readonly long[] Targets = [0, 3, -100, 2, 3];

    [Theory]
    [InlineData(nn.Reduction.Mean)]
    [InlineData(nn.Reduction.Sum)]
    [InlineData(nn.Reduction.None)]
    public void CrossEntropy_IgnoredTargets_AreLeftOut(nn.Reduction reduction)
    {
        using var scope = NewDisposeScope();
        var logits = Expect.Normal(1, Rows, Classes);
        double[] losses = new double[Rows];
        double[][] logs = [.. LogSoftmax(logits)];
        for (var k = 0; k < Rows; k++) losses[k] = Targets[k] < 0 ? 0 : -logs[k][Targets[k]];
        double[] expected = reduction switch
        {
            nn.Reduction.Mean => [losses.Sum() / Targets.Count(static t => t >= 0)],
            nn.Reduction.Sum => [losses.Sum()],
            _ => losses,
        };
        Expect.Close(expected, F.cross_entropy(logits, tensor(Targets), reduction: reduction));
        Gradient.Check(inputs => F.cross_entropy(inputs[0], tensor(Targets), reduction: reduction), 1e-5, logits);
    }

    [Fact]
    public void CrossEntropy_OtherIgnoreIndexWeightAndSmoothing()
    {
        using var scope = NewDisposeScope();
        var logits = Expect.Normal(2, Rows, Classes);
        double[][] logs = [.. LogSoftmax(logits)];
        long[] targets = [0, 3, 1, 2, 3];
        double[] weights = [0.5, 1, 2, 3];
        double sum = 0, total = 0, smooth = 0;
        for (var k = 0; k < Rows; k++)
        {
            smooth += -(0.9 * logs[k][targets[k]]) - (0.1 * logs[k].Average());
            if (targets[k] == 3) continue;
            sum -= weights[targets[k]] * logs[k][targets[k]];
            total += weights[targets[k]];
        }
        Expect.Close([sum / total], F.cross_entropy(logits, tensor(targets), weight: tensor(weights), ignore_index: 3));
        Expect.Close([smooth / Rows], F.cross_entropy(logits, tensor(targets), label_smoothing: 0.1));
    }

    [Fact]
    public void CrossEntropy_AllIgnored_IsNaNForTheMeanAndZeroForTheSum()
    {
        using var scope = NewDisposeScope();
        var logits = Expect.Normal(3, 2, Classes);
        var none = tensor(new long[] { -100, -100 });
        Assert.True(double.IsNaN(F.cross_entropy(logits, none).item<double>()));
        Assert.Equal(0, F.cross_entropy(logits, none, reduction: nn.Reduction.Sum).item<double>());
    }

    [Fact]
    public void KlDiv_LogTarget_EqualsTheSumOverTheVocabulary()
    {
        using var scope = NewDisposeScope();
        Tensor student = Expect.Normal(4, 3, Classes).log_softmax(1), teacher = Expect.Normal(5, 3, Classes).log_softmax(1);
        double[] s = Expect.Values(student), t = Expect.Values(teacher);
        double[] elements = [.. s.Select((v, k) => Math.Exp(t[k]) * (t[k] - v))];
        Expect.Close([elements.Sum()], F.kl_div(student, teacher, log_target: true, reduction: nn.Reduction.Sum));
        Expect.Close([elements.Average()], F.kl_div(student, teacher));
        Expect.Close(elements, F.kl_div(student, teacher.exp(), log_target: false, reduction: nn.Reduction.None));
        Gradient.Check(inputs => F.kl_div(inputs[0].log_softmax(1), teacher, reduction: nn.Reduction.Sum), 1e-5, Expect.Normal(6, 3, Classes));
    }

    [Fact]
    public void KlDiv_TeacherAndStudentEqual_IsZero()
    {
        using var scope = NewDisposeScope();
        var logs = Expect.Normal(7, 3, Classes).log_softmax(1);
        Expect.Close([0], F.kl_div(logs, logs, reduction: nn.Reduction.Sum));
    }

    [Fact]
    public void MeanSquaredAndLikelihoodLosses()
    {
        using var scope = NewDisposeScope();
        Tensor a = Expect.Normal(8, 3, Classes), b = Expect.Normal(9, 3, Classes);
        Expect.Close([Expect.Map(a, b, (x, y) => (x - y) * (x - y)).Average()], F.mse_loss(a, b));
        Expect.Close([Expect.Map(a, b, (x, y) => (x - y) * (x - y)).Sum()], F.mse_loss(a, b, nn.Reduction.Sum));
        double[][] logs = [.. LogSoftmax(a)];
        Expect.Close([-(logs[0][1] + logs[1][0] + logs[2][3]) / 3], F.nll_loss(a.log_softmax(1), tensor(new long[] { 1, 0, 3 })));
        var labels = tensor(new double[] { 1, 0, 1 });
        var scores = Expect.Normal(10, 3);
        Expect.Close([Expect.Map(scores, labels, (x, y) => Math.Log(1 + Math.Exp(x)) - (x * y)).Average()], F.binary_cross_entropy_with_logits(scores, labels));
    }

    private static IEnumerable<double[]> LogSoftmax(Tensor logits) => Expect.Values(logits).Chunk(Classes)
        .Select(static row => row.Select(v => v - Math.Log(row.Sum(Math.Exp))).ToArray());
}
