using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling;

public sealed class SlidingWindowTests
{
    /// <summary>
    /// A window at least as long as the rows hides nothing; the rows then go the plain causal way, which gives the same bits.
    /// </summary>
    [Fact]
    public void Forward_RowsNoLongerThanTheWindow_EqualFullAttentionToTheBit()
    {
        ModelConfig windowed = TinyModels.Mistral with { SlidingWindow = 6 };
        using CausalLanguageModel model = TinyModels.Create(windowed);
        using CausalLanguageModel full = TinyModels.Create(TinyModels.Mistral);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        ModelInput within = ModelInput.Create([1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 2, 3, 4, 5, 10, 15], [6, 2], CPU);
        Assert.Equal(TinyModels.Numbers(full.Forward(within)), TinyModels.Numbers(model.Forward(within)));
        ModelInput beyond = within with { PositionIds = tensor([0L, 1, 2, 3, 4, 6, 10, 15]) };
        Assert.NotEqual(TinyModels.Numbers(full.Forward(beyond)), TinyModels.Numbers(model.Forward(beyond)));
    }

    /// <summary>What the student half relies on: with tokens left out, the window still counts the positions they had.</summary>
    [Fact]
    public void Forward_CompactedRow_CountsOriginalPositionsNotTokens()
    {
        ModelConfig config = TinyModels.Mistral with { SlidingWindow = 4 };
        using CausalLanguageModel model = TinyModels.Create(config, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long[] kept = [0, 1, 2, 8, 9, 10];
        bool[] visible = [.. Enumerable.Range(0, 11).Select(p => kept.Contains(p))];
        long[] ids = [.. Enumerable.Range(0, 11).Select(p => (long)(p * 3 % 37))];
        Tensor masked = new NaiveDecoder(config, model.Parameters)
            .Logits(ids, visible, [.. Enumerable.Range(0, 11).Select(p => (long)p)])
            .index_select(0, tensor(kept));
        Tensor compacted = TinyModels.Logits(model, ModelInput.Create([.. kept.Select(p => ids[p])], kept, [6], CPU));
        Assert.True(TinyModels.Distance(masked, compacted) < 1e-12);

        // The last three see nothing of the first three: other tokens there change nothing.
        Tensor others = TinyModels.Logits(model, ModelInput.Create([30, 31, 32, .. kept[3..].Select(p => ids[p])], kept, [6], CPU));
        Assert.True(TinyModels.Distance(compacted.narrow(0, 3, 3), others.narrow(0, 3, 3)) < 1e-12);
    }

    /// <summary>
    /// Long rows go a chunk of queries at a time; the positions jump, so keys in reach are fewer than the window here and there.
    /// </summary>
    [Theory]
    [InlineData(100)]
    [InlineData(700)]
    public void Forward_RowOfSeveralChunks_EqualsTheMaskedTwinForwardAndBackward(int window)
    {
        ModelConfig config = TinyModels.Mistral with { SlidingWindow = window, HiddenLayers = 1 };
        using CausalLanguageModel model = TinyModels.Create(config, ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        long[] positions = [.. Enumerable.Range(0, 1100).Select(t => (long)(t + (t / 300 * 90)))];
        long[] ids = [.. positions.Select(p => p * 7 % 37)];
        Tensor masked = new NaiveDecoder(config, model.Parameters).Logits(ids, [.. Enumerable.Repeat(true, 1100)], positions);
        Tensor chunked = TinyModels.Logits(model, ModelInput.Create(ids, positions, [1100], CPU));
        Assert.True(TinyModels.Distance(masked, chunked) < 1e-11);
        using var generator = new Generator(3, CPU);
        Tensor direction = randn(masked.shape, dtype: ScalarType.Float64, generator: generator);
        Tensor key = model.Parameters["model.layers.0.self_attn.k_proj.weight"];
        double[] expected = Gradient(masked),
            gradient = Gradient(chunked);
        Assert.True(TinyModels.Distance(expected, gradient) < 1e-10 * expected.Max(Math.Abs));

        double[] Gradient(Tensor logits)
        {
            key.grad = null;
            (logits * direction).sum().backward();
            return TinyModels.Numbers(key.grad!);
        }
    }

    [Fact]
    public void Forward_PackedRows_EachHaveTheirOwnWindow()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.All["mistral-window"], ScalarType.Float64);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        int[] lengths = [3, 3, 9, 9, 2, 12];
        long[][] rows =
        [
            .. lengths.Select((length, row) => Enumerable.Range(0, length).Select(t => (long)((row + (t * 5)) % 37)).ToArray()),
        ];
        Tensor packed = model.Forward(
            ModelInput.Create([.. rows.SelectMany(r => r)], [.. rows.SelectMany(r => r.Select((_, t) => (long)t))], lengths, CPU)
        );
        Tensor alone = cat(
            [.. rows.Select(r => model.Forward(ModelInput.Create(r, [.. r.Select((_, t) => (long)t)], [r.Length], CPU)))],
            0
        );
        Assert.True(TinyModels.Distance(packed, alone) < 1e-12);
    }

    [Fact]
    public void Forward_CachedPositionsThatJump_AreRefused()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.All["mistral-window"]);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        using var cache = new KeyValueCache();
        model.Forward(ModelInput.Create([1, 2], [0, 1], [2], CPU) with { Cache = cache });
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            model.Forward(ModelInput.Create([3], [7], [1], CPU) with { Cache = cache })
        );
        Assert.Contains("sliding window", error.Message);
        model.Forward(ModelInput.Create([3], [2], [1], CPU) with { Cache = cache });
        Assert.Equal(3, cache.Length);
    }
}
