using ReflectionCoder.Logits;
using ReflectionCoder.Losses;
using ReflectionCoder.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Logits;

/// <summary>Scaled and capped logits in both losses, against autograd over the same written out in front of a loss on logits.</summary>
public sealed class LogitTransformTests
{
    private static readonly int[] Ids = [7, 0, 10];

    public static TheoryData<double, double?, int> Cases
    {
        get
        {
            TheoryData<double, double?, int> cases = [];
            (double, double?)[] transforms = [(1, null), (0.3, null), (-2, null), (1, 0.7), (1.5, 30), (-0.8, 1.2)];
            foreach ((double scale, double? cap) in transforms)
            {
                foreach (int chunkRows in (int[])[0, 1, 5, 256])
                {
                    cases.Add(scale, cap, chunkRows);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_TrainedWeight_EqualsAutograd(double scale, double? cap, int chunkRows)
    {
        foreach ((double crossEntropy, double divergence) in ((double, double)[])[(0.3, 0.7), (1, 0), (0, 1)])
        {
            LossProblem problem = LossProblem.Create(6) with { CrossEntropyScale = crossEntropy, DivergenceScale = divergence };
            LossResult expected = Run(problem, new WholeDistillationLoss(), scale, cap, isWrittenOut: true);
            Run(problem, LossProblem.Loss(chunkRows), scale, cap, isWrittenOut: false).AssertClose(expected, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_TrainedRows_GetTheirPart(double scale, double? cap, int chunkRows)
    {
        LossProblem problem = LossProblem.Create(8) with { CrossEntropyScale = 0.3, DivergenceScale = 0.7 };
        LossResult expected = Run(problem, new WholeDistillationLoss(), scale, cap, isWrittenOut: true);
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width);
        Tensor rows = weight.index_select(0, tensor(Ids.Select(id => (long)id).ToArray())).clone().requires_grad_();
        DistillationInput input = Input(problem, hidden) with
        {
            OutputWeight = weight,
            OutputRows = rows,
            OutputRowIds = Ids,
            LogitTransform = Transform(scale, cap),
        };
        LossProblem.Loss(chunkRows).Compute(input).Total.backward();
        Close(expected.HiddenGradient, LossProblem.Doubles(hidden.grad!));
        double[] part = [.. Ids.SelectMany(id => expected.WeightGradient.AsSpan(id * problem.Width, problem.Width).ToArray())];
        Close(part, LossProblem.Doubles(rows.grad!));
    }

    /// <summary>Without gradients the chunked loss goes another way.</summary>
    [Fact]
    public void Compute_NoGradients_GivesTheSameSums()
    {
        LossProblem problem = LossProblem.Create(6);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        DistillationInput input = Input(problem, tensor(problem.Hidden).view(problem.Rows, problem.Width)) with
        {
            OutputWeight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width),
            LogitTransform = Transform(1.5, 0.9),
        };
        DistillationLoss whole = new WholeDistillationLoss().Compute(input);
        DistillationLoss chunked = new ChunkedDistillationLoss(5).Compute(input);
        Close(
            [whole.SumOf(LossTerm.CrossEntropy), whole.SumOf(LossTerm.Divergence)],
            [chunked.SumOf(LossTerm.CrossEntropy), chunked.SumOf(LossTerm.Divergence)]
        );
    }

    [Fact]
    public void Compute_BFloat16_StaysNearFloat32()
    {
        LossProblem problem = LossProblem.Create(6);
        LossResult wide = Run(problem, new ChunkedDistillationLoss(5), 1.5, 0.9, isWrittenOut: false);
        Run(problem, new ChunkedDistillationLoss(5), 1.5, 0.9, isWrittenOut: false, ScalarType.BFloat16).AssertClose(wide, 0.02);
    }

    [Fact]
    public void Apply_Identity_IsTheTensorItself()
    {
        using Tensor numbers = ones([2, 3]);
        Assert.Same(numbers, LogitTransform.Identity.Apply(numbers));
        Assert.Same(numbers, new LogitTransform { Scale = 1 }.Apply(numbers));
    }

    [Fact]
    public void Apply_Cap_IsNeverPassed()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] capped = LossProblem.Doubles(Transform(2, 30).Apply(tensor([-1e9, -1.0, 0, 1.0, 1e9])));
        Close([-30, -30 * Math.Tanh(2 / 30.0), 0, 30 * Math.Tanh(2 / 30.0), 30], capped);
    }

    [Fact]
    public void Compute_TransformThatCantBe_IsRefused()
    {
        LossProblem problem = LossProblem.Create(4);
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = zeros([problem.Vocabulary, problem.Width]);
        DistillationInput input = Input(problem, zeros([problem.Rows, problem.Width])) with { OutputWeight = weight };
        (double, double?)[] wrong = [(0, null), (double.NaN, null), (1, 0), (1, -2), (1, double.PositiveInfinity)];
        foreach ((double scale, double? cap) in wrong)
        {
            Assert.Contains("finite scale", Refused(input with { LogitTransform = Transform(scale, cap) }));
        }

        DistillationInput logits = Input(problem, zeros([problem.Rows, problem.Vocabulary])) with { LogitTransform = Transform(2, null) };
        Assert.Contains("holds logits already", Refused(logits));

        static string Refused(DistillationInput input) =>
            Assert.Throws<ArgumentException>(() => new ChunkedDistillationLoss().Compute(input)).Message;
    }

    private static LogitTransform Transform(double scale, double? cap) => new() { Scale = scale, SoftCap = cap };

    private static DistillationInput Input(LossProblem problem, Tensor hidden) =>
        new()
        {
            Hidden = hidden,
            Targets = problem.Targets,
            CrossEntropyScale = problem.CrossEntropyScale,
            DivergenceScale = problem.DivergenceScale,
        };

    /// <summary>The loss with its gradients: by the transform, or by torch's own functions in front of a loss on logits.</summary>
    private static LossResult Run(
        LossProblem problem,
        IDistillationLoss loss,
        double scale,
        double? cap,
        bool isWrittenOut,
        ScalarType type = ScalarType.Float64
    )
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = tensor(problem.Hidden).view(problem.Rows, problem.Width).to(type).requires_grad_();
        Tensor weight = tensor(problem.Weight).view(problem.Vocabulary, problem.Width).to(type).requires_grad_();
        DistillationInput input = Input(problem, hidden) with { OutputWeight = weight, LogitTransform = Transform(scale, cap) };
        if (isWrittenOut)
        {
            Tensor logits = scale * hidden.mm(weight.transpose(0, 1));
            input = Input(problem, cap is { } most ? most * (logits / most).tanh() : logits);
        }

        DistillationLoss result = loss.Compute(input);
        result.Total.backward();
        return new LossResult(
            result.Total.to(ScalarType.Float64).item<double>(),
            result.SumOf(LossTerm.CrossEntropy),
            result.SumOf(LossTerm.Divergence),
            LossProblem.Doubles(hidden.grad!),
            LossProblem.Doubles(weight.grad!)
        );
    }

    private static void Close(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.True(Math.Abs(pair.First - pair.Second) < 1e-12, $"{pair.First} {pair.Second}"));
    }
}
