using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>How Gemma 3's configurations are read, written and refused, and what is only its own in the pass.</summary>
public sealed class Gemma3Tests
{
    private const string Sliding = "sliding_attention";
    private const string Full = "full_attention";

    [Fact]
    public void Parse_AbsentFields_HaveTransformersDefaults()
    {
        ModelConfig config = Parse(("num_key_value_heads", null));
        Assert.Equal((4, 256, 131072), (config.KeyValueHeads, config.HeadDimension, config.MaxPositionEmbeddings));
        Assert.Equal((1e6, 10000, 4096), (config.RopeTheta, config.SlidingRopeTheta, config.SlidingWindow));
        Assert.Equal((8.0, 1.0 / 16, null), (config.EmbeddingScale, config.AttentionScale, config.LogitSoftCap));
        Assert.True(config.TieWordEmbeddings);
        Assert.False(config.QueryKeyValueBias || config.AttentionOutputBias || config.MlpBias);
        Assert.Equal((2, 1), (config.BosTokenId, Assert.Single(config.EosTokenIds)));
    }

    /// <summary>Every sixth layer, every n-th, or those that are listed.</summary>
    [Theory]
    [InlineData("SSSSSFSS")]
    [InlineData("SSFSSFSS", "sliding_window_pattern", "3")]
    [InlineData("SSFSSFSS", "sliding_window_pattern", "3", "_sliding_window_pattern", "3")]
    [InlineData("FFFFFFFF", "sliding_window_pattern", "1")]
    [InlineData("SSSSSSSS", "sliding_window_pattern", "9")]
    [InlineData("SSSSSFSS", "_sliding_window_pattern", "6")]
    [InlineData("SFFSSFSS", "layer_types", "SFFSSFSS")]
    [InlineData("SFSFSFSF", "layer_types", "SFSFSFSF", "sliding_window_pattern", "2")]
    public void Parse_LayerTypes_SurviveWritingForOldAndNewVersions(string expected, params string[] fields)
    {
        ModelConfig config = Parse([
            ("num_hidden_layers", "8"),
            ("sliding_window", "16"),
            .. fields.Chunk(2).Select(pair => (pair[0], pair[0] == "layer_types" ? List(pair[1]) : pair[1])),
        ]);
        Assert.Equal(expected, Letters(config));
        JsonNode json = JsonNode.Parse(config.ToJson())!;
        Assert.Equal(expected, Letters(ModelConfig.Parse(config.ToJson())));
        Assert.Equal(JsonNode.Parse(List(expected))!.ToJsonString(), json["layer_types"]!.ToJsonString());
        Assert.Null(json["_sliding_window_pattern"]);

        // Versions before 4.53 know the pattern alone: it must say the same, or be absent.
        json.AsObject().Remove("layer_types");
        if (expected == "SFFSSFSS")
        {
            Assert.Null(json["sliding_window_pattern"]);
        }
        else
        {
            Assert.Equal(expected, Letters(ModelConfig.Parse(json.ToJsonString())));
        }
    }

    /// <summary>A configuration that is made in memory may leave the layers' types out.</summary>
    [Theory]
    [InlineData(5, "SS")]
    [InlineData(null, "FF")]
    public void ToJson_NoLayerTypes_SaysThemAll(int? window, string expected)
    {
        ModelConfig config = TinyModels.Gemma3 with { SlidingWindow = window, LayerTypes = [] };
        ModelConfig again = ModelConfig.Parse(config.ToJson());
        Assert.Equal(expected, Letters(again));
        Assert.Equal((config.HasWindows, config.ToJson()), (again.HasWindows, again.ToJson()));
    }

    [Fact]
    public void Parse_RotaryParametersByLayerType_AreThoseOfTheOlderFields()
    {
        ModelConfig older = Parse(
            ("rope_theta", "5e5"),
            ("rope_local_base_freq", "2000"),
            ("rope_scaling", """{"rope_type":"linear","factor":8}""")
        );
        const string Kinds = """
            {
              "full_attention": {"rope_type": "linear", "factor": 8, "rope_theta": 5e5},
              "sliding_attention": {"rope_type": "default", "rope_theta": 2000}
            }
            """;
        ModelConfig newer = Parse(("rope_parameters", Kinds));
        ModelConfig both = Parse(("rope_parameters", Kinds), ("rope_theta", "5e5"), ("rope_local_base_freq", "2000"));
        foreach (ModelConfig config in (ModelConfig[])[older, newer, both, ModelConfig.Parse(newer.ToJson())])
        {
            Assert.Equal(
                (5e5, 2000, RopeType.Linear, 8),
                (config.RopeTheta, config.SlidingRopeTheta, config.RopeScaling!.Type, config.RopeScaling.Factor)
            );
        }

        ModelConfig bare = Parse(("rope_parameters", """{"full_attention":{"rope_type":"default"}}"""));
        Assert.Equal((1e6, 10000, null), (bare.RopeTheta, bare.SlidingRopeTheta, bare.RopeScaling));
    }

    [Fact]
    public void ToJson_Numbers_AreThoseThatTransformersTakes()
    {
        JsonNode json = JsonNode.Parse(TinyModels.All["gemma3-linear-capped-biases"].ToJson())!;
        Assert.Equal("11", json["query_pre_attn_scalar"]!.ToJsonString()); // version 5 takes an int alone
        Assert.Equal("100.0", json["rope_local_base_freq"]!.ToJsonString());
        Assert.Equal("1.5", json["final_logit_softcapping"]!.ToJsonString());
        Assert.Equal("""{"rope_type":"linear","factor":8.0}""", json["rope_scaling"]!.ToJsonString()); // versions 4 don't know "type" here
        Assert.Equal("gelu_pytorch_tanh", (string?)json["hidden_activation"]);
        Assert.Equal("Gemma3ForCausalLM", (string?)json["architectures"]![0]);
        foreach (string scalar in (string[])["168", "256", "0.3"])
        {
            ModelConfig config = Parse(("query_pre_attn_scalar", scalar));
            Assert.Equal(scalar, JsonNode.Parse(config.ToJson())!["query_pre_attn_scalar"]!.ToJsonString());
            Assert.Equal(1 / Math.Sqrt(double.Parse(scalar)), config.AttentionScale!.Value, 12);
        }
    }

    [Theory]
    [InlineData("attn_logit_softcapping", "50.0", "attn_logit_softcapping")]
    [InlineData("final_logit_softcapping", "0", "final_logit_softcapping")]
    [InlineData("final_logit_softcapping", "-3", "final_logit_softcapping")]
    [InlineData("use_bidirectional_attention", "true", "use_bidirectional_attention")]
    [InlineData("query_pre_attn_scalar", "null", "query_pre_attn_scalar")]
    [InlineData("query_pre_attn_scalar", "0", "query_pre_attn_scalar")]
    [InlineData("query_pre_attn_scalar", "\"large\"", "query_pre_attn_scalar")]
    [InlineData("rope_local_base_freq", "null", "rope_local_base_freq")]
    [InlineData("rope_local_base_freq", "-10000", "rope_local_base_freq")]
    [InlineData("hidden_activation", "\"gelu\"", "hidden_activation")]
    [InlineData("hidden_act", "\"silu\"", "hidden_act")]
    [InlineData("mlp_bias", "true", "mlp_bias")]
    [InlineData("attention_dropout", "0.1", "attention_dropout")]
    [InlineData("sliding_window", "0", "sliding_window")]
    [InlineData("sliding_window", "null", "layer_types")]
    [InlineData("sliding_window_pattern", "0", "sliding_window_pattern")]
    [InlineData("_sliding_window_pattern", "-1", "_sliding_window_pattern")]
    [InlineData("_sliding_window_pattern", "2", "_sliding_window_pattern")]
    [InlineData("layer_types", """["full_attention"]""", "layer_types")]
    [InlineData("layer_types", """["full_attention","chunked_attention"]""", "layer_types")]
    [InlineData("rope_scaling", """{"factor":8}""", "rope_scaling.rope_type")]
    [InlineData("rope_parameters", """{"full_attention":{},"local":{}}""", "rope_parameters.local")]
    [InlineData("rope_parameters", """{"full_attention":{"rope_type":"longrope"}}""", "rope_parameters.full_attention.rope_type")]
    [InlineData("rope_parameters", """{"sliding_attention":{"rope_type":"linear","factor":2}}""", "rope_parameters.sliding_attention")]
    [InlineData("rope_parameters", """{"sliding_attention":3}""", "rope_parameters.sliding_attention")]
    [InlineData("architectures", """["Gemma3ForConditionalGeneration"]""", "architectures")]
    public void Parse_WhatItCantBe_IsNamed(string field, string value, string named) =>
        Assert.Equal(named, Assert.Throws<DataFormatException>(() => Parse((field, value))).Field);

    [Theory]
    [InlineData("sliding_window_pattern", "2", "layer_types", """["full_attention","full_attention"]""", "sliding_window_pattern")]
    [InlineData("_sliding_window_pattern", "1", "sliding_window_pattern", "2", "_sliding_window_pattern")]
    [InlineData(
        "rope_local_base_freq",
        "10000",
        "rope_parameters",
        """{"sliding_attention":{"rope_type":"default","rope_theta":9000}}""",
        "rope_parameters.sliding_attention.rope_theta"
    )]
    [InlineData(
        "rope_theta",
        "10000",
        "rope_parameters",
        """{"full_attention":{"rope_type":"default","rope_theta":9000}}""",
        "rope_parameters.rope_theta"
    )]
    [InlineData(
        "rope_scaling",
        """{"rope_type":"linear","factor":8}""",
        "rope_parameters",
        """{"full_attention":{"rope_type":"linear","factor":4}}""",
        "rope_parameters"
    )]
    public void Parse_FieldsThatContradict_AreNamed(string one, string value, string other, string otherValue, string named)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => Parse((one, value), (other, otherValue)));
        Assert.Equal(named, error.Field);
        Assert.Contains("contradicts", error.Message);
    }

    /// <summary>Rotary parameters by layer type ask other families for what they don't have.</summary>
    [Fact]
    public void Parse_OtherFamilyWithRotaryParametersByLayerType_IsRefused()
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() =>
            ModelConfigTests.Edited(("rope_parameters", """{"full_attention":{"rope_type":"default"}}"""))
        );
        Assert.Equal("rope_parameters.full_attention", error.Field);
    }

    /// <summary>What the saved file could not say, or no version of transformers could read.</summary>
    [Fact]
    public void Validate_NumbersThatTheFileNeeds_AreRequired()
    {
        foreach (
            ModelConfig config in (ModelConfig[])
                [
                    TinyModels.Gemma3 with
                    {
                        AttentionScale = null,
                    },
                    TinyModels.Gemma3 with
                    {
                        SlidingRopeTheta = null,
                    },
                    TinyModels.Gemma3 with
                    {
                        EmbeddingScale = 1,
                    },
                ]
        )
        {
            Assert.Equal("model_type", Assert.Throws<DataFormatException>(config.Validate).Field);
        }
    }

    /// <summary>transformers keeps √(hidden size) in the embeddings' dtype: √3072 = 55.4256 is 55.5 in bfloat16.</summary>
    [Fact]
    public void ScaleEmbeddings_BFloat16_RoundsTheFactorFirst()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyModels.Gemma3, dtype: ScalarType.BFloat16);
        model.Config = model.Config with { EmbeddingScale = Math.Sqrt(3072) };
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor embeddings = randn([8, 24], generator: generator).to(ScalarType.BFloat16);
        Tensor rounded = embeddings.to(ScalarType.Float32).mul(55.5).to(ScalarType.BFloat16);
        Tensor unrounded = embeddings.to(ScalarType.Float32).mul(Math.Sqrt(3072)).to(ScalarType.BFloat16);
        Assert.NotEqual(TinyModels.Numbers(unrounded), TinyModels.Numbers(rounded));
        Assert.Equal(TinyModels.Numbers(rounded), TinyModels.Numbers(model.ScaleEmbeddings(embeddings.clone())));
    }

    [Fact]
    public void Create_FreshNorms_AreZero()
    {
        using CausalLanguageModel model = CausalLanguageModel.Create(TinyModels.Gemma3);
        string[] norms = [.. model.Parameters.Keys.Where(name => name.Contains("norm"))];
        Assert.Equal((2 * 6) + 1, norms.Length);
        Assert.All(norms, name => Assert.All(TinyModels.Numbers(model.Parameters[name]), value => Assert.Equal(0, value)));
    }

    private static string List(string letters) =>
        "[" + string.Join(',', letters.Select(letter => letter == 'S' ? $"\"{Sliding}\"" : $"\"{Full}\"")) + "]";

    private static string Letters(ModelConfig config) =>
        string.Concat(config.LayerTypes.Select(type => type == LayerType.SlidingAttention ? 'S' : 'F'));

    private static ModelConfig Parse(params (string Field, string? Value)[] edits) =>
        ModelConfigTests.Edited([("model_type", "\"gemma3_text\""), ("num_key_value_heads", "2"), .. edits]);
}
