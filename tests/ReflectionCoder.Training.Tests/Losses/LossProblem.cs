using ReflectionCoder.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Losses;

/// <summary>Random hidden states, an output projection and targets, and what a loss makes of them.</summary>
internal sealed record LossProblem(double[] Hidden, double[] Weight, int Rows, int Width, int Vocabulary, DistillationTargets Targets)
{
    public double CrossEntropyScale { get; init; } = 1;

    public double DivergenceScale { get; init; } = 1;

    /// <summary>A problem laid out as the packer does: teacher rows, then student rows, windows one apart.</summary>
    public static LossProblem Create(int seed, int rows = 24, int width = 6, int vocabulary = 11)
    {
        Random random = new(seed);
        int half = rows / 2;
        long[] teacher = [.. Enumerable.Range(2, half - 3).Select(i => (long)i)];
        long[] student = [.. teacher.Select(row => row + half)];
        long[] labelled = [.. Enumerable.Range(0, half - 2).Select(i => (long)i), .. student.Select(row => row - 1)];
        return new LossProblem(
            Draw(random, rows * width, 1),
            Draw(random, vocabulary * width, 1),
            rows,
            width,
            vocabulary,
            new DistillationTargets
            {
                CrossEntropyRows = labelled,
                CrossEntropyLabels = [.. labelled.Select(_ => (long)random.Next(vocabulary))],
                TeacherRows = teacher,
                StudentRows = student,
            }
        );
    }

    public static IDistillationLoss Loss(int chunkRows) =>
        chunkRows == 0 ? DistillationLosses.Whole : DistillationLosses.Chunked(chunkRows);

    public static double[] Doubles(Tensor tensor)
    {
        using Tensor wide = tensor.detach().to(ScalarType.Float64).cpu().contiguous();
        return wide.data<double>().ToArray();
    }

    /// <summary>Computes a loss and its gradients.</summary>
    public LossResult Run(IDistillationLoss loss, ScalarType type = ScalarType.Float64, bool project = true, double upstream = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = tensor(Hidden).view(Rows, Width).to(type).requires_grad_();
        Tensor weight = tensor(Weight).view(Vocabulary, Width).to(type).requires_grad_();
        Tensor input = project ? hidden : nn.functional.linear(hidden, weight);
        DistillationLoss result = loss.Compute(
            new DistillationInput
            {
                Hidden = input,
                OutputWeight = project ? weight : null,
                Targets = Targets,
                CrossEntropyScale = CrossEntropyScale,
                DivergenceScale = DivergenceScale,
            }
        );
        (result.Total * upstream).backward();
        return new LossResult(
            result.Total.to(ScalarType.Float64).item<double>(),
            result.SumOf(LossTerm.CrossEntropy),
            result.SumOf(LossTerm.Divergence),
            hidden.grad is { } hiddenGradient ? Doubles(hiddenGradient) : new double[Hidden.Length],
            weight.grad is { } weightGradient ? Doubles(weightGradient) : new double[Weight.Length]
        );
    }

    /// <summary>The loss and its gradients as loops over doubles, without torch.</summary>
    public LossResult RunNaively()
    {
        double[] hiddenGradient = new double[Hidden.Length];
        double[] weightGradient = new double[Weight.Length];
        double crossEntropy = 0,
            divergence = 0;
        double[] LogProbabilities(long row)
        {
            double[] logits =
            [
                .. Enumerable
                    .Range(0, Vocabulary)
                    .Select(v => Enumerable.Range(0, Width).Sum(h => Hidden[(row * Width) + h] * Weight[(v * Width) + h])),
            ];
            double normalizer = Math.Log(logits.Sum(Math.Exp));
            return [.. logits.Select(logit => logit - normalizer)];
        }

        void Push(long row, int v, double gradient)
        {
            for (int h = 0; h < Width; h++)
            {
                hiddenGradient[(row * Width) + h] += gradient * Weight[(v * Width) + h];
                weightGradient[(v * Width) + h] += gradient * Hidden[(row * Width) + h];
            }
        }

        foreach ((long row, long label) in Targets.CrossEntropyRows.Zip(Targets.CrossEntropyLabels))
        {
            double[] logs = LogProbabilities(row);
            crossEntropy -= logs[label];
            for (int v = 0; v < Vocabulary; v++)
            {
                Push(row, v, CrossEntropyScale * (Math.Exp(logs[v]) - (v == label ? 1 : 0)));
            }
        }

        double[] pairWeights = Targets.PairWeights ?? [.. Targets.TeacherRows.Select(_ => 1.0)];
        foreach ((long teacher, long student, double pairWeight) in Targets.TeacherRows.Zip(Targets.StudentRows, pairWeights))
        {
            double[] teacherLogs = LogProbabilities(teacher),
                studentLogs = LogProbabilities(student);
            for (int v = 0; v < Vocabulary; v++)
            {
                divergence += pairWeight * Math.Exp(teacherLogs[v]) * (teacherLogs[v] - studentLogs[v]);
                Push(student, v, pairWeight * DivergenceScale * (Math.Exp(studentLogs[v]) - Math.Exp(teacherLogs[v])));
            }
        }

        return new LossResult(
            (CrossEntropyScale * crossEntropy) + (DivergenceScale * divergence),
            crossEntropy,
            divergence,
            hiddenGradient,
            weightGradient
        );
    }

    private static double[] Draw(Random random, int count, double scale) =>
        [.. Enumerable.Range(0, count).Select(_ => scale * ((2 * random.NextDouble()) - 1))];
}

/// <summary>A loss with its gradients.</summary>
internal sealed record LossResult(double Total, double CrossEntropy, double Divergence, double[] HiddenGradient, double[] WeightGradient)
{
    public void AssertClose(LossResult other, double tolerance)
    {
        AssertClose([Total, CrossEntropy, Divergence], [other.Total, other.CrossEntropy, other.Divergence], tolerance);
        AssertClose(HiddenGradient, other.HiddenGradient, tolerance);
        AssertClose(WeightGradient, other.WeightGradient, tolerance);
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        double size = Math.Max(expected.Max(Math.Abs), 1);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            // Written so that NaN fails.
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= tolerance * size,
                $"[{i}]: {expected[i]:R} and {actual[i]:R} differ by more than {tolerance} of {size}."
            );
        }
    }
}
