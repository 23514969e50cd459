using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.ConfigFiles;

namespace ReflectionCoder.Pretrained;

/// <summary>
/// Says which fields an <c>adapter_config.json</c> may have. Fields that <see cref="AdapterConfigFile"/> reads are checked there. Fields
/// that don't change what the saved matrices mean are ignored. All others, also unknown ones, must be absent, null, false, zero or empty.
/// </summary>
/// <remarks>The lists follow <c>LoraConfig</c>, <c>PeftConfig</c> and the LoRA layers of PEFT 0.20.</remarks>
internal static class AdapterConfigFields
{
    /// <summary>Fields that <see cref="AdapterConfigFile"/>, or <see cref="CheckStart"/>, reads and checks.</summary>
    private static readonly HashSet<string> Read =
    [
        "peft_type",
        "r",
        "lora_alpha",
        "lora_dropout",
        "use_rslora",
        "target_modules",
        "base_model_name_or_path",
        "trainable_token_indices",
        "init_lora_weights",
    ];

    /// <summary>
    /// Fields that are ignored. Some say where the adapter comes from or how it was trained. Others are settings of something that is
    /// refused itself: <c>eva_config</c> and its like matter only with the <c>init_lora_weights</c> of that name, <c>qalora_group_size</c>
    /// with <c>use_qalora</c>, <c>megatron_core</c> with <c>megatron_config</c>. <c>ensure_weight_tying</c> makes no difference, because
    /// with tied embeddings the trained rows are always tied here, as they are in PEFT if both embeddings name the same tokens.
    /// </summary>
    private static readonly HashSet<string> Harmless =
    [
        "task_type",
        "auto_mapping",
        "peft_version",
        "revision",
        "inference_mode",
        "runtime_config",
        "loftq_config",
        "eva_config",
        "corda_config",
        "lora_ga_config",
        "qalora_group_size",
        "megatron_core",
        "ensure_weight_tying",
    ];

    /// <summary>What the refused fields mean, for the message.</summary>
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["bias"] = "biases of the base that train along; expected 'none'",
        ["lora_bias"] = "biases on B",
        ["modules_to_save"] = "modules of the base that are replaced",
        ["use_dora"] = "magnitudes of weights (DoRA)",
        ["fan_in_fan_out"] = "weights that are stored transposed",
        ["rank_pattern"] = "ranks that differ from module to module",
        ["alpha_pattern"] = "scales that differ from module to module",
        ["layers_to_transform"] = "updates in some layers alone",
        ["layers_pattern"] = "updates in some layers alone",
        ["exclude_modules"] = "modules that are left out",
        ["layer_replication"] = "layers that stand several times",
        ["target_parameters"] = "updates of parameters that belong to no projection",
        ["megatron_config"] = "Megatron's parallel layers",
        ["use_qalora"] = "pooled inputs (QALoRA)",
        ["use_bdlora"] = "block-diagonal matrices",
        ["alora_invocation_tokens"] = "an update that starts at a token (aLoRA)",
        ["arrow_config"] = "a router between adapters (Arrow)",
        ["kasa_config"] = "singular values beside A and B, and a base without its smallest ones (KaSA)",
        ["velora_config"] = "compressed activations in backward (VeLoRA)",
        ["monteclora_config"] = "sampled updates (MonteCLoRA)",
    };

    /// <summary>Refuses fields that need something unsupported, and unknown fields.</summary>
    internal static void Check(JsonField fields)
    {
        CheckStart(fields);
        foreach (string name in fields.Names)
        {
            if (Read.Contains(name) || Harmless.Contains(name) || fields.Find(name) is not { } value || IsNeutral(name, value))
            {
                continue;
            }

            throw fields.Error(
                name,
                Meanings.TryGetValue(name, out string? meaning)
                    ? $"{JsonField.Show(value)} is not supported: it asks for {meaning}."
                    : $"{JsonField.Show(value)}: the field is not known here and may change what the adapter means; remove it if it does "
                        + "not."
            );
        }
    }

    /// <summary>
    /// Checks how A and B were initialised. Mostly that doesn't matter after training. But some ways change the base's weights at the
    /// start: PEFT subtracts the product of A and B from them, or replaces them. The saved adapter then fits only that changed base, which
    /// no file holds, so it is refused. If PEFT converts such an adapter to plain LoRA, it writes <c>true</c> here.
    /// </summary>
    private static void CheckStart(JsonField fields)
    {
        const string field = "init_lora_weights";
        if (fields.Find(field) is not { } value || value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        string start = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        switch (start.ToLowerInvariant())
        {
            case "gaussian" or "orthogonal" or "eva" or "mica":
                return;
            case "loftq":
                throw fields.Error(
                    field,
                    "'loftq' is not supported: the adapter belongs to a quantized base, not to the one in the folder."
                );
            case string name
                when name is "olora" or "lora_ga"
                    || ((string[])["pissa", "corda"]).Any(way => name.StartsWith(way, StringComparison.Ordinal)):
                throw fields.Error(
                    field,
                    $"'{start}' is not supported: the adapter belongs to a base whose weights were changed when it began. Convert it to "
                        + "plain LoRA: PEFT's "
                        + "save_pretrained with path_initial_model_for_weight_conversion."
                );
            default:
                throw fields.Error(
                    field,
                    $"{JsonField.Show(value)} is not known here and may have changed the base; "
                        + "expected true, false, 'gaussian', 'orthogonal', 'eva' or 'mica'."
                );
        }
    }

    private static bool IsNeutral(string name, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.False => true,

            // A zero can be a value: layers_to_transform 0 means the first layer.
            JsonValueKind.Number => !Meanings.ContainsKey(name) && value.TryGetDouble(out double number) && number == 0,
            JsonValueKind.String => value.GetString()!.Length == 0 || (name == "bias" && value.GetString() == "none"),
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => !value.EnumerateObject().Any(),
            _ => false,
        };
}
