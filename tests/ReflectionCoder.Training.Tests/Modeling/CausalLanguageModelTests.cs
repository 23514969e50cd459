using System.Runtime.InteropServices;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class CausalLanguageModelTests
{
    public static TheoryData<string> Families => new(TinyModels.All.Keys);

    public static TheoryData<string> FamiliesAndDynamic => [.. TinyModels.All.Keys, "llama-dynamic"];

    [Theory]
    [MemberData(nameof(FamiliesAndDynamic))]
    public void Forward_PackedCompactedRows_EqualThePaddedMaskedTwinForwardAndBackward(string family)
    {
        EqualsTheNaiveTwin(TinyModels.All.GetValueOrDefault(family, TinyModels.Dynamic));
    }

    /// <summary>Packed, compacted rows against padded, masked ones, forward and backward.</summary>
    internal static void EqualsTheNaiveTwin(ModelConfig config)
    {
        using CausalLanguageModel model = TinyModels.Create(config, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(5);
        int[] lengths = [7, 7, 1, 12, 3];
        var ids = new List<long>();
        var positions = new List<long>();
        var rowLengths = new List<int>();
        var expected = new List<Tensor>();
        var naive = new NaiveDecoder(config, model.Parameters);
        foreach (int length in lengths)
        {
            long[] rowIds = [.. Enumerable.Range(0, length).Select(_ => (long)random.Next(config.VocabularySize))];
            long[] rowPositions = [.. Enumerable.Range(0, length).Select(t => (long)t)];
            bool[] visible = [.. Enumerable.Range(0, length).Select(t => t == length - 1 || random.Next(3) > 0)];
            long[] kept = [.. rowPositions.Where(t => visible[t])];
            expected.Add(naive.Logits(rowIds, visible, rowPositions).index_select(0, tensor(kept)));
            ids.AddRange(kept.Select(t => rowIds[t]));
            positions.AddRange(kept);
            rowLengths.Add(kept.Length);
        }

        Tensor padded = cat(expected, 0);
        Tensor packed = TinyModels.Logits(model, ModelInput.Create([.. ids], [.. positions], rowLengths, CPU));
        Assert.True(TinyModels.Distance(padded, packed) < 1e-11, $"{TinyModels.Distance(padded, packed)}");

        using var generator = new Generator(9, CPU);
        Tensor direction = randn(packed.shape, dtype: ScalarType.Float64, generator: generator);
        Dictionary<string, double[]> naiveGradients = Gradients(model, (padded * direction).sum());
        Dictionary<string, double[]> gradients = Gradients(model, (packed * direction).sum());
        foreach ((string name, double[] gradient) in gradients)
        {
            double scale = naiveGradients[name].Max(Math.Abs);
            Assert.True(scale > 0, $"{name} has no gradient");
            Assert.True(TinyModels.Distance(naiveGradients[name], gradient) < 1e-10 * Math.Max(1, scale), name);
        }
    }

    [Fact]
    public void Forward_RowsPackedTogether_EqualEachRowAlone()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[][] rows =
        [
            [1, 2, 3, 4],
            [5, 6, 7, 8],
            [9],
            [1, 2, 3, 4],
        ];
        double[] together = TinyModels.Numbers(
            model.Forward(
                ModelInput.Create(
                    [.. rows.SelectMany(r => r)],
                    [.. rows.SelectMany(r => r.Select((_, t) => (long)t))],
                    [.. rows.Select(r => r.Length)],
                    CPU
                )
            )
        );
        double[] alone =
        [
            .. rows.SelectMany(r =>
                TinyModels.Numbers(model.Forward(ModelInput.Create(r, [.. r.Select((_, t) => (long)t)], [r.Length], CPU)))
            ),
        ];
        Assert.True(TinyModels.Distance(together, alone) < 1e-5);
    }

    [Fact]
    public void Forward_ShiftedPositions_GiveTheSameLogits()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[] ids = [3, 1, 4, 1, 5];
        Tensor near = model.Forward(ModelInput.Create(ids, [0, 1, 5, 6, 7], [5], CPU));
        Tensor far = model.Forward(ModelInput.Create(ids, [100, 101, 105, 106, 107], [5], CPU));
        Tensor dense = model.Forward(ModelInput.Create(ids, [0, 1, 2, 3, 4], [5], CPU));
        Assert.True(TinyModels.Distance(near, far) < 1e-10);
        Assert.True(TinyModels.Distance(near, dense) > 1e-3, "positions have no effect");
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 0.1)]
    [InlineData(ScalarType.Float16, 0.02)]
    public void Forward_HalfPrecision_StaysNearFloat32(ScalarType dtype, double tolerance)
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Qwen2);
        using CausalLanguageModel half = TinyModels.Create(TinyModels.Qwen2, dtype);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        ModelInput input = ModelInput.Create([3, 1, 4, 1, 5], [0, 1, 2, 3, 4], [3, 2], CPU);
        Tensor hidden = ForwardOrSkip(half, input);
        Assert.Equal(dtype, hidden.dtype);
        Assert.InRange(TinyModels.Distance(model.Forward(input), hidden.to(ScalarType.Float32)), 1e-6, tolerance);
    }

    [Fact]
    public void Create_SameSeed_SameWeightsWhateverTheThreads()
    {
        ModelConfig config = TinyModels.Llama with { HiddenSize = 240, HeadDimension = 60, InitializerRange = 0.02 };
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            using CausalLanguageModel one = CausalLanguageModel.Create(config, CPU, ScalarType.Float32, 11);
            set_num_threads(2);
            using CausalLanguageModel two = CausalLanguageModel.Create(config, CPU, ScalarType.Float32, 11);
            using CausalLanguageModel other = CausalLanguageModel.Create(config, CPU, ScalarType.Float32, 12);
            foreach ((string name, Tensor weight) in one.Parameters)
            {
                double[] values = TinyModels.Numbers(weight);
                Assert.Equal(values, TinyModels.Numbers(two.Parameters[name]));
                if (weight.shape.Length == 2)
                {
                    Assert.NotEqual(values, TinyModels.Numbers(other.Parameters[name]));
                    Assert.InRange(Math.Sqrt(values.Average(v => v * v)), 0.019, 0.021);
                }
                else
                {
                    Assert.All(values, v => Assert.Equal(1, v));
                }
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Parameters_NamesAndOrder_AreHuggingFaces()
    {
        using CausalLanguageModel tied = CausalLanguageModel.Create(TinyModels.Qwen2 with { HiddenLayers = 1 }, CPU, ScalarType.Float32, 1);
        Assert.Equal(
            [
                "model.embed_tokens.weight",
                "model.layers.0.self_attn.q_proj.weight",
                "model.layers.0.self_attn.q_proj.bias",
                "model.layers.0.self_attn.k_proj.weight",
                "model.layers.0.self_attn.k_proj.bias",
                "model.layers.0.self_attn.v_proj.weight",
                "model.layers.0.self_attn.v_proj.bias",
                "model.layers.0.self_attn.o_proj.weight",
                "model.layers.0.mlp.gate_proj.weight",
                "model.layers.0.mlp.up_proj.weight",
                "model.layers.0.mlp.down_proj.weight",
                "model.layers.0.input_layernorm.weight",
                "model.layers.0.post_attention_layernorm.weight",
                "model.norm.weight",
            ],
            tied.Parameters.Keys
        );
        using CausalLanguageModel normed = CausalLanguageModel.Create(
            TinyModels.Qwen3 with
            {
                HiddenLayers = 1,
            },
            CPU,
            ScalarType.Float32,
            1
        );
        Assert.Equal(
            [
                "self_attn.q_proj.weight",
                "self_attn.k_proj.weight",
                "self_attn.v_proj.weight",
                "self_attn.o_proj.weight",
                "mlp.gate_proj.weight",
                "mlp.up_proj.weight",
                "mlp.down_proj.weight",
                "self_attn.q_norm.weight",
                "self_attn.k_norm.weight",
                "input_layernorm.weight",
                "post_attention_layernorm.weight",
            ],
            normed.Parameters.Keys.Skip(1).SkipLast(1).Select(name => name["model.layers.0.".Length..])
        );
        Assert.Equal([8], normed.Parameters["model.layers.0.self_attn.k_norm.weight"].shape);
        Assert.Same(tied.InputEmbedding, tied.OutputWeight);
        Assert.Equal(tied.Parameters.Values.Sum(p => p.numel()), tied.ParameterCount);
        Assert.All(tied.Parameters.Values, p => Assert.True(p.requires_grad));
    }

    [Fact]
    public void Parameters_OuterScopeEnds_AreStillThere()
    {
        CausalLanguageModel model;
        using (NewDisposeScope())
        {
            model = CausalLanguageModel.Create(TinyModels.Llama, CPU, ScalarType.Float32, 1);
            using Tensor warm = model.Forward(ModelInput.Create([1], [0], [1], CPU));
        }

        using (model)
        using (ModelInput input = ModelInput.Create([1, 2], [0, 1], [2], CPU))
        using (Tensor hidden = model.Forward(input))
        {
            Assert.Equal([2, 24], hidden.shape);
            Assert.True(hidden.requires_grad);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(37)]
    [InlineData(long.MaxValue)]
    public void Forward_IdOutsideTheVocabulary_IsRefused(long id)
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyModels.Llama, CPU, ScalarType.Float32, 1);
        using ModelInput input = ModelInput.Create([1, id], [0, 1], [2], CPU);
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => model.Forward(input));
        Assert.Equal(id, error.ActualValue);
        Assert.Contains("36", error.Message);
    }

    [Fact]
    public void Forward_DisagreeingInput_IsRefused()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyModels.Llama, CPU, ScalarType.Float32, 1);
        using DisposeScope scope = NewDisposeScope();
        ModelInput good = ModelInput.Create([1, 2], [0, 1], [2], CPU);
        Assert.Throws<ArgumentException>(() => ModelInput.Create([1, 2], [0], [2], CPU));
        Assert.Throws<ArgumentException>(() => model.Forward(good with { RowLengths = [1] }));
        Assert.Throws<ArgumentException>(() => model.Forward(good with { RowLengths = [2, 0] }));
        Assert.Throws<ArgumentException>(() => model.Forward(good with { RowLengths = [3, -1] }));
        Assert.Throws<ArgumentException>(() => model.Forward(good with { TokenIds = good.TokenIds.view(1, 2) }));
        Assert.Throws<ArgumentException>(() => model.Forward(good with { TokenIds = good.TokenIds.to(ScalarType.Int32) }));
        Assert.Throws<ArgumentException>(() => model.Forward(good with { PositionIds = tensor([0L]) }));
        Assert.Throws<ArgumentException>(() => model.Forward(new ModelInput(tensor(Array.Empty<long>()), tensor(Array.Empty<long>()), [])));
        using var cache = new KeyValueCache();
        Assert.Throws<ArgumentException>(() => model.Forward(good with { RowLengths = [1, 1], Cache = cache }));
    }

    [Fact]
    public void Forward_WithCacheInPieces_EqualsTheWholeRow()
    {
        foreach (ModelConfig config in TinyModels.All.Values)
        {
            using CausalLanguageModel model = TinyModels.Create(config, ScalarType.Float64);
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            long[] ids = [3, 1, 4, 1, 5, 9, 2, 6];
            double[] whole = TinyModels.Numbers(model.Forward(ModelInput.Create(ids, [0, 1, 2, 3, 4, 5, 6, 7], [8], CPU)));
            using var cache = new KeyValueCache(capacity: 2);
            var parts = new List<double>();
            foreach ((int start, int length) in ((int, int)[])[(0, 3), (3, 1), (4, 3), (7, 1)])
            {
                long[] positions = [.. Enumerable.Range(start, length).Select(p => (long)p)];
                ModelInput input = ModelInput.Create(ids[start..(start + length)], positions, [length], CPU) with { Cache = cache };
                parts.AddRange(TinyModels.Numbers(model.Forward(input)));
                Assert.Equal(start + length, cache.Length);
            }

            Assert.Equal(config.HiddenLayers, cache.Layers);
            Assert.True(TinyModels.Distance(whole, [.. parts]) < 1e-11);
        }
    }

    /// <summary>Old libtorch has no half-precision products on the CPU.</summary>
    private static Tensor ForwardOrSkip(CausalLanguageModel model, ModelInput input)
    {
        try
        {
            return model.Forward(input);
        }
        catch (ExternalException e)
        {
            Assert.SkipWhen(e.Message.Contains("not implemented for 'Half'"), "This libtorch can't multiply float16 on the CPU.");
            throw;
        }
    }

    private static Dictionary<string, double[]> Gradients(CausalLanguageModel model, Tensor loss)
    {
        foreach (Tensor weight in model.Parameters.Values)
        {
            weight.grad = null;
        }

        loss.backward();
        return model.Parameters.ToDictionary(p => p.Key, p => TinyModels.Numbers(p.Value.grad!));
    }
}
