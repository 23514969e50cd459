using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Modeling.ConfigFiles;

/// <summary>
/// Decides which fields of a <c>config.json</c> are accepted. Fields that are read are checked where they are read. A field that is known
/// to ask for a computation which this decoder does not have is refused, with its meaning. A field that is known to be harmless is kept. An
/// unknown field is refused if its name suggests that it changes the computation, and kept otherwise.
/// </summary>
/// <remarks>
/// The lists were made from transformers' configurations of Llama, Mistral, Mixtral, Qwen, Gemma, Phi, Granite, Cohere, StableLM, OLMo,
/// StarCoder 2, GPT-NeoX, Falcon, MPT, DeepSeek, MiniCPM and Llama 4.
/// </remarks>
internal static class ModelConfigFields
{
    private const string Experts = "mixture of experts";
    private const string AttentionBias = "attention_bias";
    private const string MlpBias = "mlp_bias";
    private const string Bias = "another layout of biases";
    private const string Norm = "another norm";
    private const string PartialRotary = "rotary embeddings on part of a head";
    private const string OtherRotary = "another way of rotary embedding";
    private static readonly string QueryKeyNorm = Only("query and key norms", family => family.HasQueryKeyNorms);
    private static readonly string NoRope = Only("layers without rotary embeddings", family => family.NoRopeInterval is not null);

    private const string Scaled = "scaled activations";
    private const string Dropout = "dropout";
    private const string ParallelResidual = "attention and MLP side by side";
    private const string LatentAttention = "latent attention";
    private const string LayerPattern = "a pattern of layers";
    private const string OtherModality = "a model of more than text";

    /// <summary>Fields that other code reads and checks.</summary>
    private static readonly HashSet<string> Read =
    [
        "architectures",
        "model_type",
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "hidden_act",
        "max_position_embeddings",
        "original_max_position_embeddings",
        "position_embedding_type",
        "rms_norm_eps",
        "rope_theta",
        "rope_scaling",
        "rope_parameters",
        "tie_word_embeddings",
        "initializer_range",
        "bos_token_id",
        "eos_token_id",
        "pad_token_id",
        "torch_dtype",
        "dtype",
        "sliding_window",
        "use_sliding_window",
        "max_window_layers",
        "layer_types",
        AttentionBias,
        MlpBias,
    ];

    /// <summary>
    /// Fields that don't change the result, though their names contain a part of <see cref="Telling"/>. pretraining_tp divides products
    /// into sums, which changes rounding only.
    /// </summary>
    private static readonly HashSet<string> Harmless =
    [
        "attn_implementation",
        "_attn_implementation",
        "_attn_implementation_autoset",
        "_attn_implementation_internal",
        "attn_implementation_autoset",
        "use_flash_attention",
        "use_flash_attention_2",
        "use_flash_attn",
        "_flash_attn_2_enabled",
        "pretraining_tp",
        "use_cache",
        "output_attentions",
        "output_router_logits",
        "num_logits_to_keep",
        "logits_to_keep",
        "classifier_dropout",
        "remove_invalid_values",
    ];

    /// <summary>Fields that are refused unless they have a neutral value. Null is neutral for all of them.</summary>
    private static readonly Dictionary<string, (Func<JsonElement, bool> IsNeutral, string Meaning)> Refused = Table([
        (IsOff, "code of its own", ["auto_map"]),
        (Never, "quantized or compressed weights", ["quantization_config", "compression_config", "quantization"]),
        (
            IsOff,
            Dropout,
            [
                "attention_dropout",
                "hidden_dropout",
                "residual_dropout",
                "embedding_dropout",
                "resid_pdrop",
                "embd_pdrop",
                "attn_pdrop",
                "dropout",
                "activation_dropout",
                "layerdrop",
            ]
        ),
        (IsOne, PartialRotary, ["partial_rotary_factor", "rotary_pct", "rotary_percent"]),
        (Never, PartialRotary, ["rotary_dim", "qk_rope_head_dim"]),
        (IsOff, OtherRotary, ["rope_interleaved", "rope_interleave", "use_dynamic_ntk", "use_logn_attn"]),
        (IsOne, OtherRotary, ["rope_ratio"]),
        (Never, OtherRotary, ["rope_local_base_freq", "rotary_emb_base", "rope_type", "rotary_emb_fraction"]),
        (IsOff, NoRope, [.. NoRopeLayers.Fields, "nope_layer_interval"]),
        (IsOff, "linear biases on attention", ["alibi", "use_alibi"]),
        (Never, "attention soft-capping", ["attn_logit_softcapping"]),
        (Never, "logit soft-capping", ["final_logit_softcapping"]),
        (IsOne, "scaled logits", ["logit_scale", "logits_scaling", "lm_head_multiplier", "output_multiplier_scale"]),
        (
            IsOne,
            Scaled,
            [
                "embedding_multiplier",
                "residual_multiplier",
                "scale_emb",
                "scale_depth",
                "embedding_scale",
                "width_scale",
                "mlp_multipliers",
                "key_multiplier",
                "ffn_dim_multiplier",
            ]
        ),
        (
            IsOff,
            Scaled,
            [
                "dim_model_base",
                "scale_embeddings",
                "normalize_embeddings",
                "scale_attn_by_inverse_layer_idx",
                "mup_width_multiplier",
                "mup_embeddings_scale",
                "use_mup",
            ]
        ),
        (Never, "scaled attention", ["attention_multiplier", "query_pre_attn_scalar", "attention_scale", "attn_scale", "softmax_scale"]),
        (IsTrue, "unscaled attention", ["scale_attn_weights"]),
        (IsOff, "attention whose temperature follows the position", ["attn_temperature_tuning"]),
        (IsOff, "attention in chunks", ["attention_chunk_size"]),
        (
            Never,
            "another pattern of attention",
            [
                "sliding_window_pattern",
                "_sliding_window_pattern",
                "global_attn_every_n_layers",
                "local_attention",
                "attention_window",
                "window_size",
                "order_of_interleaved_layers",
            ]
        ),
        (IsOff, "attention in both directions", ["use_bidirectional_attention"]),
        (IsOff, "clipped queries, keys and values", ["clip_qkv"]),
        (IsOff, QueryKeyNorm, ["use_qk_norm", "qk_layernorm", "qk_norm", "use_query_key_norm"]),
        (IsOff, ParallelResidual, ["parallel_residual", "use_parallel_residual", "parallel_attn", "use_parallel_block"]),
        (IsRmsNorm, Norm, ["norm_type"]),
        (Never, Norm, ["layer_norm_eps", "layer_norm_epsilon", "norm_eps", "norm_epsilon", "layernorm_epsilon"]),
        (IsSilu, "another activation", ["hidden_activation", "activation_function", "activation", "mlp_hidden_act"]),
        (IsOff, "another MLP", ["mlp_type", "ffn_type", "use_gelu"]),
        (
            IsOff,
            Bias,
            [
                "use_qkv_bias",
                "qkv_bias",
                "use_bias",
                "bias",
                "attention_out_bias",
                "o_bias",
                "lm_head_bias",
                "add_bias_linear",
                "add_qkv_bias",
                "no_bias",
            ]
        ),
        (
            Never,
            "another layout of heads",
            [
                "multi_query",
                "multi_query_attention",
                "multi_query_group_num",
                "num_kv_heads",
                "n_head_kv",
                "new_decoder_architecture",
                "block_configs",
            ]
        ),
        (IsOff, "heads taken out", ["pruned_heads"]),
        (
            IsOff,
            Experts,
            [
                "num_experts",
                "num_local_experts",
                "n_routed_experts",
                "n_shared_experts",
                "num_experts_per_tok",
                "moe_intermediate_size",
                "shared_expert_intermediate_size",
                "decoder_sparse_step",
                "mlp_only_layers",
                "interleave_moe_layer_step",
            ]
        ),
        (Never, LatentAttention, ["kv_lora_rank", "q_lora_rank", "qk_nope_head_dim", "v_head_dim"]),
        (IsOff, LayerPattern, ["num_kv_shared_layers", "use_cla", "layer_sharing", "layers_block_type", "num_nextn_predict_layers"]),
        (IsOff, "an encoder", ["is_encoder_decoder"]),
        (IsOff, "cross attention", ["add_cross_attention", "cross_attention_hidden_size"]),
        (Never, OtherModality, ["vision_config", "text_config", "audio_config", "image_token_id"]),
    ]);

    /// <summary>Parts of names which suggest that a field changes the computation.</summary>
    private static readonly string[] Telling =
    [
        "rope",
        "rotary",
        "norm",
        "attn",
        "attention",
        "bias",
        "scal",
        "multiplier",
        "softcap",
        "dropout",
        "pdrop",
        "expert",
        "moe",
        "router",
        "window",
        "alibi",
        "clip",
        "residual",
        "activation",
        "embed",
        "embd",
        "position",
        "sink",
        "head",
        "quant",
        "mup_",
        "logit",
        "mlp",
        "ffn",
        "conv",
        "ssm",
        "mamba",
        "lora",
        "kv",
        "vision",
        "audio",
        "skip_",
        "parallel",
    ];

    /// <summary>Refuses fields that ask for something which this decoder does not have, and unknown fields that may.</summary>
    internal static void Check(JsonField fields, ModelFamily family)
    {
        CheckBiases(fields, family);
        foreach (string name in fields.Names)
        {
            if (Read.Contains(name) || Harmless.Contains(name) || family.Knows(name) || fields.Find(name) is not { } value)
            {
                continue;
            }

            if (Refused.TryGetValue(name, out (Func<JsonElement, bool> IsNeutral, string Meaning) rule))
            {
                if (!rule.IsNeutral(value))
                {
                    throw fields.Error(name, $"{JsonField.Show(value)} asks for {rule.Meaning}; this decoder does not have it.");
                }
            }
            else if (Telling.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)) && !IsOff(value))
            {
                throw fields.Error(
                    name,
                    $"{JsonField.Show(value)}: the field is not known here and may change the mathematics; remove it if it does not."
                );
            }
        }
    }

    /// <summary>
    /// Refuses biases that the family does not have. transformers ignores such a field, but a file with it was made for another model.
    /// </summary>
    private static void CheckBiases(JsonField fields, ModelFamily family)
    {
        if (fields.Bool(MlpBias, false) && family.MlpBiasField != MlpBias)
        {
            throw fields.Error(MlpBias, $"'{family.ModelType}' has no MLP biases; expected false.");
        }

        // In a family with biases on query, key and value, files may have this field, and transformers ignores it.
        if (fields.Bool(AttentionBias, false) && family.AttentionBiasField != AttentionBias && !family.HasQueryKeyValueBias)
        {
            throw fields.Error(AttentionBias, $"'{family.ModelType}' has no attention biases; expected false.");
        }
    }

    private static Dictionary<string, (Func<JsonElement, bool> IsNeutral, string Meaning)> Table(
        (Func<JsonElement, bool> IsNeutral, string Meaning, string[] Fields)[] rules
    ) =>
        rules
            .SelectMany(rule => rule.Fields.Select(field => (field, rule)))
            .ToDictionary(pair => pair.field, pair => (pair.rule.IsNeutral, pair.rule.Meaning));

    private static string Only(string what, Func<ModelFamily, bool> has) =>
        $"{what}, which only {ModelFamilies.Show(ModelFamilies.All.Where(has))} has here";

    private static bool Never(JsonElement value) => false;

    /// <summary>False, zero or empty.</summary>
    private static bool IsOff(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.False => true,
            JsonValueKind.Number => IsNumber(value, 0),
            JsonValueKind.String => value.GetString()!.Length == 0,
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => !value.EnumerateObject().Any(),
            _ => false,
        };

    private static bool IsTrue(JsonElement value) => value.ValueKind == JsonValueKind.True;

    private static bool IsOne(JsonElement value) => IsNumber(value, 1);

    private static bool IsNumber(JsonElement value, double expected) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number == expected;

    private static bool IsSilu(JsonElement value) => IsText(value, "silu", "swish");

    private static bool IsRmsNorm(JsonElement value) => IsText(value, "rms_norm", "rmsnorm", "RMSNorm");

    private static bool IsText(JsonElement value, params string[] expected) =>
        value.ValueKind == JsonValueKind.String && expected.Contains(value.GetString());
}
