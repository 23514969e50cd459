using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;

namespace ReflectionCoder.Tests.Modeling;

public sealed class ModelConfigFieldsTests
{
    [Theory]
    [InlineData("auto_map", """{"AutoModelForCausalLM":"modeling_own.OwnForCausalLM"}""")]
    [InlineData("quantization_config", """{"bits":4}""")]
    [InlineData("attention_dropout", "0.1")]
    [InlineData("hidden_dropout", "0.1")]
    [InlineData("partial_rotary_factor", "0.5")]
    [InlineData("rotary_pct", "0.25")]
    [InlineData("rope_interleaved", "true")]
    [InlineData("rope_local_base_freq", "10000.0")]
    [InlineData("no_rope_layers", "[1,1,1,0]")]
    [InlineData("clip_qkv", "8.0")]
    [InlineData("parallel_residual", "true")]
    [InlineData("use_parallel_residual", "true")]
    [InlineData("norm_type", "\"layer_norm\"")]
    [InlineData("layer_norm_eps", "1e-5")]
    [InlineData("attn_logit_softcapping", "50.0")]
    [InlineData("final_logit_softcapping", "30.0")]
    [InlineData("query_pre_attn_scalar", "256")]
    [InlineData("logit_scale", "0.0625")]
    [InlineData("logits_scaling", "8.0")]
    [InlineData("embedding_multiplier", "12.0")]
    [InlineData("residual_multiplier", "0.22")]
    [InlineData("attention_multiplier", "0.015625")]
    [InlineData("mlp_multipliers", "[0.5,0.5]")]
    [InlineData("scale_emb", "12")]
    [InlineData("num_local_experts", "8")]
    [InlineData("kv_lora_rank", "512")]
    [InlineData("use_qk_norm", "true")]
    [InlineData("qk_layernorm", "true")]
    [InlineData("use_qkv_bias", "true")]
    [InlineData("use_bias", "true")]
    [InlineData("lm_head_bias", "true")]
    [InlineData("hidden_activation", "\"gelu_pytorch_tanh\"")]
    [InlineData("sliding_window_pattern", "6")]
    [InlineData("attention_chunk_size", "8192")]
    [InlineData("attn_temperature_tuning", "4")]
    [InlineData("is_encoder_decoder", "true")]
    [InlineData("vision_config", "{}")]
    [InlineData("alibi", "true")]
    [InlineData("residual_gate_of_tomorrow", "0.5")] // not known to anyone
    [InlineData("useRotaryBackwards", "true")]
    [InlineData("num_sink_tokens", "4")]
    public void Parse_OtherMathematics_IsRefusedByName(string field, string value)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelConfigTests.Edited((field, value)));
        Assert.Equal(field, error.Field);
        ModelConfigTests.Edited((field, "null"));
    }

    [Theory]
    [InlineData("attention_dropout", "0.0")]
    [InlineData("partial_rotary_factor", "1.0")]
    [InlineData("rope_interleaved", "false")]
    [InlineData("no_rope_layers", "[]")]
    [InlineData("logit_scale", "1.0")]
    [InlineData("embedding_multiplier", "1")]
    [InlineData("use_qk_norm", "false")]
    [InlineData("num_experts", "0")]
    [InlineData("norm_type", "\"rms_norm\"")]
    [InlineData("hidden_activation", "\"silu\"")]
    [InlineData("pruned_heads", "{}")]
    [InlineData("unheard_of_attention", "false")]
    [InlineData("pretraining_tp", "4")] // sums of slices, equal but for rounding
    [InlineData("use_cache", "true")]
    [InlineData("_attn_implementation_autoset", "true")]
    [InlineData("transformers_version", "\"4.46.0\"")]
    [InlineData("temperature", "0.6")]
    [InlineData("task_specific_params", """{"a":{"b":1}}""")]
    [InlineData("comment_of_mine", "[1,2.50,\"x\"]")]
    public void Parse_HarmlessField_IsKept(string field, string value)
    {
        ModelConfig config = ModelConfigTests.Edited((field, value));
        Assert.Equal(JsonNode.Parse(value)!.ToJsonString(), JsonNode.Parse(config.ToJson())![field]!.ToJsonString());
    }

    [Theory]
    [InlineData("mistral", "attention_bias")]
    [InlineData("mistral", "mlp_bias")]
    [InlineData("qwen2", "mlp_bias")]
    [InlineData("qwen3", "mlp_bias")]
    public void Parse_BiasThatTheFamilyLacks_IsRefused(string type, string field) =>
        Assert.Equal(
            field,
            Assert
                .Throws<DataFormatException>(() =>
                    ModelConfigTests.Edited(("model_type", $"\"{type}\""), ("num_key_value_heads", "2"), (field, "true"))
                )
                .Field
        );
}
