using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;

namespace ReflectionCoder.Tests.Modeling.Families;

/// <summary>How StarCoder2's configurations are read, written and refused.</summary>
public sealed class Starcoder2Tests
{
    [Fact]
    public void Parse_AbsentFields_HaveTransformersDefaults()
    {
        ModelConfig config = Parse(("num_key_value_heads", null));
        Assert.Equal((2, 16, 4096), (config.KeyValueHeads, config.HeadDimension, config.MaxPositionEmbeddings));
        Assert.Equal((10000, 1e-5, 0.018042), (config.RopeTheta, config.NormEpsilon, config.InitializerRange));
        Assert.Equal((50256, 50256), (config.BosTokenId, Assert.Single(config.EosTokenIds)));
        Assert.True(config.TieWordEmbeddings);
        Assert.True(config.QueryKeyValueBias && config.AttentionOutputBias && config.MlpBias);
        Assert.Null(config.SlidingWindow); // unlike Mistral's
    }

    [Fact]
    public void Parse_ItsFields_AreReadAndWritten()
    {
        ModelConfig config = Parse(
            ("use_bias", "false"),
            ("norm_epsilon", "0.01"),
            ("sliding_window", "16"),
            ("norm_type", "\"layer_norm\""),
            ("mlp_type", "\"default\""),
            ("residual_dropout", "0.1")
        );
        Assert.False(config.QueryKeyValueBias || config.AttentionOutputBias || config.MlpBias);
        Assert.Equal((0.01, 16, 16), (config.NormEpsilon, config.WindowOf(0), config.WindowOf(1)));

        JsonNode json = JsonNode.Parse(config.ToJson())!;
        Assert.Equal("Starcoder2ForCausalLM", (string?)json["architectures"]![0]);
        Assert.Equal(
            (false, 0.01, 16, "gelu_pytorch_tanh"),
            ((bool)json["use_bias"]!, (double)json["norm_epsilon"]!, (int)json["sliding_window"]!, (string?)json["hidden_act"])
        );
        Assert.Equal(("layer_norm", 0.1), ((string?)json["norm_type"], (double)json["residual_dropout"]!)); // kept as they were
        Assert.Null(json["rms_norm_eps"]);
        Assert.Equal(config.ToJson(), ModelConfig.Parse(config.ToJson()).ToJson());
        Assert.Null(ModelConfig.Parse((config with { SlidingWindow = null }).ToJson()).SlidingWindow);
    }

    [Theory]
    [InlineData("norm_type", "\"rms_norm\"", "norm_type")]
    [InlineData("mlp_type", "\"gated\"", "mlp_type")]
    [InlineData("mlp_type", "3", "mlp_type")]
    [InlineData("hidden_act", "\"gelu\"", "hidden_act")]
    [InlineData("norm_epsilon", "-1", "norm_epsilon")]
    [InlineData("rms_norm_eps_scale", "2", "rms_norm_eps_scale")]
    [InlineData("use_bias", "\"all\"", "use_bias")]
    [InlineData("attention_bias", "true", "attention_bias")]
    [InlineData("mlp_bias", "true", "mlp_bias")]
    [InlineData("sliding_window", "0", "sliding_window")]
    [InlineData("layer_types", """["full_attention","sliding_attention"]""", "layer_types")]
    [InlineData("hidden_dropout", "0.1", "hidden_dropout")]
    [InlineData("architectures", """["GPTBigCodeForCausalLM"]""", "architectures")]
    public void Parse_WhatItCantBe_IsNamed(string field, string value, string named) =>
        Assert.Equal(named, Assert.Throws<DataFormatException>(() => Parse((field, value))).Field);

    /// <summary>One field says it for all projections.</summary>
    [Fact]
    public void Validate_BiasesOnSomeProjections_AreRefused()
    {
        foreach (
            ModelConfig config in (ModelConfig[])
                [
                    TinyModels.Starcoder2 with
                    {
                        MlpBias = false,
                    },
                    TinyModels.Starcoder2 with
                    {
                        AttentionOutputBias = false,
                    },
                    TinyModels.Starcoder2 with
                    {
                        QueryKeyValueBias = false,
                        AttentionOutputBias = false,
                    },
                ]
        )
        {
            Assert.Equal("use_bias", Assert.Throws<DataFormatException>(config.Validate).Field);
        }
    }

    private static ModelConfig Parse(params (string Field, string? Value)[] edits) =>
        ModelConfigTests.Edited([("model_type", "\"starcoder2\""), ("num_key_value_heads", "2"), .. edits]);
}
