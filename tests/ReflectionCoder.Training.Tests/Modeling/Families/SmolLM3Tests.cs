using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>How SmolLM3's configurations are read, written and refused, and what a layer without rotary embeddings is.</summary>
public sealed class SmolLM3Tests
{
    [Fact]
    public void Parse_AbsentFields_HaveTransformersDefaults()
    {
        ModelConfig config = Parse(("num_key_value_heads", null), ("num_hidden_layers", "9"));
        Assert.Equal((4, 16, 32768), (config.KeyValueHeads, config.HeadDimension, config.MaxPositionEmbeddings));
        Assert.Equal((2e6, 1e-6), (config.RopeTheta, config.NormEpsilon));
        Assert.Equal((128000, 128001), (config.BosTokenId, Assert.Single(config.EosTokenIds)));
        Assert.True(config.TieWordEmbeddings);
        Assert.False(config.QueryKeyValueBias || config.AttentionOutputBias || config.MlpBias || config.HasWindows);
        Assert.Equal([3, 7], Enumerable.Range(0, 9).Where(layer => !config.HasRope(layer)));
    }

    [Theory]
    [InlineData("[0,1]", null, new[] { false, true })]
    [InlineData("[0,0]", null, new[] { false, false })]
    [InlineData("[1,1]", "1", new[] { true, true })] // the list counts
    [InlineData("[1,0]", "0", new[] { true, false })]
    [InlineData("[1,0,0]", null, new[] { true, false })] // transformers reads as many as there are layers
    [InlineData(null, "1", new[] { false, false })]
    [InlineData(null, "2", new[] { true, false })]
    [InlineData("null", "3", new[] { true, true })]
    public void Parse_LayersWithoutRope_AreReadAndWritten(string? list, string? interval, bool[] expected)
    {
        ModelConfig config = Parse(("no_rope_layers", list), ("no_rope_layer_interval", interval));
        Assert.Equal(expected, config.RotaryLayers);
        JsonNode json = JsonNode.Parse(config.ToJson())!;
        Assert.Equal(expected.Select(rotary => rotary ? 1 : 0), json["no_rope_layers"]!.AsArray().Select(entry => (int)entry!));
        Assert.False(json.AsObject().ContainsKey("no_rope_layer_interval"));
        Assert.Equal(config.ToJson(), ModelConfig.Parse(config.ToJson()).ToJson());
    }

    [Fact]
    public void ToJson_AllLayersRotary_SaysSo()
    {
        ModelConfig config = TinyModels.SmolLM3 with { RotaryLayers = [] };
        Assert.All(ModelConfig.Parse(config.ToJson()).RotaryLayers, Assert.True); // absent, every fourth would be without
    }

    /// <summary>A configuration that is made in memory may leave the layers' types out: then all slide.</summary>
    [Fact]
    public void ToJson_WindowWithoutLayerTypes_SaysThatAllLayersSlide()
    {
        ModelConfig again = ModelConfig.Parse((TinyModels.SmolLM3 with { SlidingWindow = 3 }).ToJson());
        Assert.Equal((3, 3), (again.WindowOf(0), again.WindowOf(1)));
    }

    /// <summary>The base of the study without positions is as large as the demo's, and none of its layers has rotary embeddings.</summary>
    [Fact]
    public void Load_StudysConfigurationWithoutPositions_HasNoRotaryLayer()
    {
        string folder = Path.Combine(RepositoryFolder.Path, "samples", "configs");
        ModelConfig config = ModelConfig.Load(Path.Combine(folder, "demo-smollm3-nope.json"));
        Assert.All(config.RotaryLayers, Assert.False);
        Assert.Equal(Shapes(ModelConfig.Load(Path.Combine(folder, "demo-llama.json"))), Shapes(config));

        static IEnumerable<string> Shapes(ModelConfig config) =>
            WeightNames.Shapes(config).Select(weight => $"{weight.Name} {string.Join(' ', weight.Shape)}");
    }

    [Fact]
    public void Parse_Window_IsThatOfLayersWithoutRope()
    {
        ModelConfig config = Parse(("no_rope_layers", "[0,1]"), ("use_sliding_window", "true"), ("sliding_window", "16"));
        Assert.Equal((16, null), (config.WindowOf(0), config.WindowOf(1)));
        ModelConfig again = ModelConfig.Parse(config.ToJson());
        Assert.Equal((16, null), (again.WindowOf(0), again.WindowOf(1)));

        ModelConfig named = Parse(
            ("no_rope_layers", "[0,1]"),
            ("use_sliding_window", "true"),
            ("sliding_window", "16"),
            ("layer_types", """["full_attention","sliding_attention"]""")
        );
        Assert.Equal((null, 16), (named.WindowOf(0), named.WindowOf(1)));
        Assert.False(Parse(("use_sliding_window", "false"), ("sliding_window", "16")).HasWindows);
        Assert.False(Parse(("use_sliding_window", "true"), ("no_rope_layers", "[0,1]")).HasWindows); // no width
    }

    [Theory]
    [InlineData("no_rope_layers", "[1]", "no_rope_layers")]
    [InlineData("no_rope_layers", "[]", "no_rope_layers")]
    [InlineData("no_rope_layers", "1", "no_rope_layers")]
    [InlineData("no_rope_layers", "[1,2]", "no_rope_layers")]
    [InlineData("no_rope_layers", "[1,\"0\"]", "no_rope_layers")]
    [InlineData("no_rope_layers", "[true,false]", "no_rope_layers")]
    [InlineData("no_rope_layer_interval", "0", "no_rope_layer_interval")]
    [InlineData("no_rope_layer_interval", "-4", "no_rope_layer_interval")]
    [InlineData("sliding_window", "0", "sliding_window")]
    [InlineData("layer_types", """["full_attention","sliding_attention"]""", "layer_types")] // without a width
    [InlineData("hidden_act", "\"gelu\"", "hidden_act")]
    [InlineData("use_qk_norm", "true", "use_qk_norm")]
    public void Parse_WhatItCantBe_IsNamed(string field, string value, string named) =>
        Assert.Equal(named, Assert.Throws<DataFormatException>(() => Parse(("use_sliding_window", "true"), (field, value))).Field);

    [Fact]
    public void Validate_LayersThatCantBe_AreRefused()
    {
        ModelConfig[] wrong = [TinyModels.SmolLM3 with { RotaryLayers = [true] }, TinyModels.Llama with { RotaryLayers = [true, false] }];
        foreach (ModelConfig config in wrong)
        {
            Assert.Equal("no_rope_layers", Assert.Throws<DataFormatException>(config.Validate).Field);
        }

        Assert.Equal("no_rope_layers", Assert.Throws<DataFormatException>(() => Llama("[1,0]")).Field);
        static ModelConfig Llama(string list) => ModelConfigTests.Edited([("no_rope_layers", list)]);
    }

    /// <summary>Without positions a token's logits don't change when the row's position ids do; with one rotary layer they do.</summary>
    [Fact]
    public void Forward_NoRotaryLayer_DoesntKnowPositions()
    {
        long[] ids = [3, 1, 4, 1, 5, 9, 2, 6];
        Assert.Equal(0, Moved(TinyModels.All["smollm3-no-positions"]));
        Assert.True(Moved(TinyModels.SmolLM3) > 1e-3);

        double Moved(ModelConfig config)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGrad = no_grad();
            using CausalLanguageModel model = TinyModels.Create(config);
            Tensor[] logits =
            [
                .. (
                    (long[][])
                        [
                            [0, 1, 2, 3, 4, 5, 6, 7],
                            [0, 1, 2, 3, 14, 25, 26, 27],
                        ]
                ).Select(positions => TinyModels.Logits(model, ModelInput.Create(ids, positions, [ids.Length], CPU))),
            ];
            return TinyModels.Distance(logits[0], logits[1]);
        }
    }

    private static ModelConfig Parse(params (string Field, string? Value)[] edits) =>
        ModelConfigTests.Edited([("model_type", "\"smollm3\""), ("num_key_value_heads", "2"), .. edits]);
}
