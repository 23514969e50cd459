using ReflectionCoder.Batching;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.OnPolicy;
using ReflectionCoder.Optimization;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.OnPolicy;

/// <summary>Packed answers and their loss, against a twin that computes every row alone and differentiates plain log-softmax.</summary>
public sealed class RolloutPackerTests
{
    private static readonly RolloutPair[] Pairs =
    [
        new([1, 20, 21, 22, 23, 24, 25], [1, 20, 21], [40, 41, 42, 43]),
        new([1, 30, 31, 32], [1, 30], [50]),
        new([1, 33, 60, 61, 62, 63], [1, 33, 34, 35], [70, 71]),
    ];

    public static TheoryData<DistillationDivergence, bool> Cases
    {
        get
        {
            TheoryData<DistillationDivergence, bool> cases = [];
            foreach (DistillationDivergence divergence in Enum.GetValues<DistillationDivergence>())
            {
                cases.Add(divergence, false);
                cases.Add(divergence, true);
            }

            return cases;
        }
    }

    [Fact]
    public void Pack_TwoAnswers_LaysTeacherRowsBeforeStudentRows()
    {
        PackedBatch batch = RolloutPacker.Pack([new([5, 6, 7], [5], [8, 9]), new([1, 2], [3, 4], [9])]);
        Assert.Equal([5, 6, 7, 8, 1, 2, 5, 8, 3, 4], batch.TokenIds);
        Assert.Equal([0, 1, 2, 3, 0, 1, 0, 1, 0, 1], batch.PositionIds);
        Assert.Equal([4, 2, 2, 2], batch.RowLengths);
        Assert.Equal([2, 3, 5], batch.TeacherRows); // the tokens before those that the model wrote
        Assert.Equal([6, 7, 9], batch.StudentRows);
        Assert.Empty(batch.CrossEntropyRows);
        Assert.Equal((6, 2), (batch.SampleTokens, batch.HiddenTokens));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compute_PackedAnswers_EqualsRowsAloneInLossAndGradient(DistillationDivergence divergence, bool checkpointing)
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
        Dictionary<string, double[]> expected = Gradients(model, () => Naive(model, divergence), out double naive);
        Dictionary<string, double[]> actual = Gradients(
            model,
            () => Packed(model, divergence, new DetachedTeacher(), checkpointing),
            out double loss
        );
        Assert.Equal(naive, loss, 1e-12);
        AssertClose(expected, actual);

        // The twin can tell: a teacher that learns too has other gradients.
        Dictionary<string, double[]> learning = Gradients(model, () => Naive(model, divergence, detached: false), out _);
        Assert.Contains(expected, one => one.Value.Zip(learning[one.Key]).Any(pair => Math.Abs(pair.First - pair.Second) > 1e-3));
    }

    [Theory]
    [InlineData(DistillationDivergence.ForwardKl)]
    [InlineData(DistillationDivergence.ReverseKl)]
    [InlineData(DistillationDivergence.JensenShannon)]
    public void Compute_AveragedTeacher_EqualsAModelWithTheAverages(DistillationDivergence divergence)
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
        using CausalLanguageModel averaged = TinyRun.Model(ScalarType.Float64);
        AveragingOptimizerFactory factory = new(Optimizers.AdamW(), 0.7);
        using IOptimizer optimizer = factory.Create(model.TrainableParameters);
        for (int step = 0; step < 3; step++)
        {
            foreach (Tensor weight in model.TrainableParameters.Values)
            {
                weight.grad = randn_like(weight);
            }

            optimizer.Step(0.02);
            using IDisposable noGradient = no_grad();
            foreach ((string name, Tensor weight) in averaged.Parameters)
            {
                weight.copy_(weight.mul(0.7).add(model.Parameters[name].mul(0.3)));
            }
        }

        double[] before = LossProblem.Doubles(model.OutputWeight);
        Dictionary<string, double[]> expected = Gradients(model, () => Naive(model, divergence, teacher: averaged), out double naive);
        Dictionary<string, double[]> actual = Gradients(
            model,
            () => Packed(model, divergence, new DetachedTeacher(factory)),
            out double loss
        );
        Gradients(model, () => Packed(model, divergence, new DetachedTeacher()), out double live);
        Assert.Equal(naive, loss, 1e-11);
        Assert.NotEqual(live, loss, 1e-3);
        AssertClose(expected, actual);
        Assert.Equal(before, LossProblem.Doubles(model.OutputWeight));
    }

    /// <summary>A host's own model gives the states of all tokens; what is needed is picked from them.</summary>
    [Fact]
    public void Compute_ModelWithoutNeededRows_GivesTheSame()
    {
        using DisposeScope scope = NewDisposeScope();
        using CausalLanguageModel model = TinyRun.Model(ScalarType.Float64);
        Dictionary<string, double[]> expected = Gradients(
            model,
            () => Packed(model, DistillationDivergence.ReverseKl, new DetachedTeacher()),
            out double loss
        );
        Foreign foreign = new(model);
        Dictionary<string, double[]> actual = Gradients(
            model,
            () => Packed(foreign, DistillationDivergence.ReverseKl, new DetachedTeacher()),
            out double own
        );
        Assert.Equal(loss, own, 1e-13);
        AssertClose(expected, actual);
    }

    private static Tensor Packed(
        ICausalLanguageModel model,
        DistillationDivergence divergence,
        DetachedTeacher teacher,
        bool checkpointing = false
    ) =>
        PackedLoss
            .Compute(
                model,
                new ChunkedDistillationLoss(6, divergence),
                RolloutPacker.Pack(Pairs),
                new LossScales(0, 1.0 / Pairs.Sum(pair => pair.Answer.Count)),
                checkpointing,
                dropoutSeed: null,
                teacher
            )
            .Total;

    /// <summary>The mean over the answers' tokens, every row in a pass of its own.</summary>
    private static Tensor Naive(
        CausalLanguageModel model,
        DistillationDivergence divergence,
        bool detached = true,
        CausalLanguageModel? teacher = null
    )
    {
        List<Tensor> terms = [];
        foreach (RolloutPair pair in Pairs)
        {
            Tensor p = LogProbabilities(teacher ?? model, pair.TeacherPrompt, pair.Answer);
            Tensor q = LogProbabilities(model, pair.StudentPrompt, pair.Answer);
            terms.Add(NaiveDivergence.Of(divergence, detached ? p.detach() : p, q));
        }

        return cat(terms).mean();
    }

    /// <summary>Log-probabilities over the vocabulary for each of the answer's tokens, [tokens, V].</summary>
    private static Tensor LogProbabilities(CausalLanguageModel model, IReadOnlyList<int> prompt, IReadOnlyList<int> answer)
    {
        long[] ids = [.. prompt.Concat(answer).Select(id => (long)id)];
        ModelInput input = ModelInput.Create(ids, [.. Enumerable.Range(0, ids.Length).Select(i => (long)i)], [ids.Length], CPU);
        Tensor logits = nn.functional.linear(model.Forward(input), model.OutputWeight);
        return logits.log_softmax(-1).narrow(0, prompt.Count - 1, answer.Count);
    }

    private static Dictionary<string, double[]> Gradients(CausalLanguageModel model, Func<Tensor> compute, out double loss)
    {
        foreach (Tensor weight in model.Parameters.Values)
        {
            weight.grad = null;
        }

        Tensor total = compute();
        total.backward();
        loss = total.item<double>();
        return model.Parameters.ToDictionary(pair => pair.Key, pair => LossProblem.Doubles(pair.Value.grad!));
    }

    private static void AssertClose(Dictionary<string, double[]> expected, Dictionary<string, double[]> actual)
    {
        foreach ((string name, double[] values) in expected)
        {
            Assert.All(values.Zip(actual[name]), pair => Assert.Equal(pair.First, pair.Second, 1e-11));
        }
    }

    /// <summary>The model as a host's: it doesn't give single rows.</summary>
    private sealed class Foreign(CausalLanguageModel inner) : ICausalLanguageModel
    {
        public int VocabularySize => inner.VocabularySize;

        public int HiddenSize => inner.HiddenSize;

        public Device Device => inner.Device;

        public IReadOnlyDictionary<string, Tensor> Parameters => inner.Parameters;

        public Tensor OutputWeight => inner.OutputWeight;

        public Tensor Forward(ModelInput input)
        {
            Assert.Null(input.NeededRows);
            return inner.Forward(input);
        }

        public void Dispose() { }
    }
}
