using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.ConfigFiles;

namespace ReflectionCoder.Pretrained;

/// <summary>
/// Which fields of an <c>adapter_config.json</c> may stand. Those that are read are checked by who reads them. Of the others, those that
/// say nothing about what the saved matrices mean are passed over; all the rest, unknown ones included, must be absent, null, false, zero
/// or empty.
/// </summary>
/// <remarks>Researched field by field in PEFT 0.20's <c>LoraConfig</c>, <c>PeftConfig</c> and LoRA layers.</remarks>
internal static class AdapterConfigFields
{
    /// <summary>Read elsewhere.</summary>
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
    /// Where the adapter comes from, how it was made, or options of something that is refused itself: the settings of a way to start count
    /// only with the <c>init_lora_weights</c> of that name, <c>qalora_group_size</c> with <c>use_qalora</c>, <c>megatron_core</c> with
    /// <c>megatron_config</c>. Tied embeddings have tied rows here, whatever <c>ensure_weight_tying</c> says, as in PEFT where both name
    /// the same tokens.
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

    /// <summary>What refused fields ask for.</summary>
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

    /// <summary>Refuses what this decoder does not have, and what it can't tell.</summary>
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
    /// How A and B began. It matters no more once they are trained, unless PEFT took their product off the base's weights at that moment,
    /// or put others in their place: the saved matrices then belong to a base that no file holds. Converting such an adapter to plain LoRA
    /// writes <c>true</c> here.
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

            // layers_to_transform 0 is the first layer.
            JsonValueKind.Number => !Meanings.ContainsKey(name) && value.TryGetDouble(out double number) && number == 0,
            JsonValueKind.String => value.GetString()!.Length == 0 || (name == "bias" && value.GetString() == "none"),
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => !value.EnumerateObject().Any(),
            _ => false,
        };
}
