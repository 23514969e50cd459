using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.ConfigFiles;
using ReflectionCoder.Safetensors;

namespace ReflectionCoder.Pretrained;

/// <summary>Reads and writes PEFT's <c>adapter_config.json</c>. Settings that aren't supported are refused by name.</summary>
internal static class AdapterConfigFile
{
    /// <summary>Name of the file.</summary>
    internal const string FileName = WeightFiles.AdapterConfiguration;

    private const string InputEmbedding = "embed_tokens";
    private const string OutputProjection = "lm_head";

    /// <summary>
    /// Reads a folder's <c>adapter_config.json</c>, after finishing an interrupted save (<see cref="ModelFolder.FinishSave"/>).
    /// </summary>
    /// <param name="directory">The adapter's folder.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="DataFormatException">The file is missing or is no JSON object, or a field is missing, wrong or
    /// unsupported.</exception>
    /// <exception cref="FileWriteException">The save could not be finished.</exception>
    internal static AdapterConfig Load(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ModelFolder.FinishSave(directory);
        string path = Path.Combine(directory, FileName);
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFormatException(path, "$", $"can't be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a configuration.</summary>
    /// <param name="json">The text of an <c>adapter_config.json</c>.</param>
    /// <param name="path">The file's name in messages.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="DataFormatException">The text is no JSON object, or a field is missing, wrong or unsupported.</exception>
    internal static AdapterConfig Parse(string json, string path = FileName)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonText.ParseObject(json, path);
        var fields = new JsonField(document.RootElement, path);
        if (fields.Text("peft_type") is not "LORA" and var type)
        {
            throw fields.Error("peft_type", $"'{type}' is not supported; expected 'LORA'.");
        }

        AdapterConfigFields.Check(fields);
        LoraOptions options = new()
        {
            Rank = fields.Int("r", 8),
            Alpha = fields.Number("lora_alpha", 8),
            Dropout = fields.Number("lora_dropout", 0),
            UseRslora = fields.Bool("use_rslora", false),
            TargetModules = ReadModules(fields),
            BaseModelNameOrPath = fields.Find("base_model_name_or_path") is null ? null : fields.Text("base_model_name_or_path"),
        };
        return options.FindErrors() is [{ } error, ..]
            ? throw fields.Error(FieldOf(error.Name), $"{error.Value} is not possible; it must be {error.Range}.")
            : new AdapterConfig(options, ReadTokens(fields));
    }

    /// <summary>The configuration as PEFT writes it, for inference.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="tied">Whether the model's embeddings are tied; PEFT then names only the input embedding.</param>
    /// <returns>Indented JSON.</returns>
    internal static string ToJson(AdapterConfig adapter, bool tied)
    {
        (LoraOptions options, IReadOnlyList<int> tokenIds) = adapter;
        JsonObject tokens = [];
        if (tokenIds.Count > 0)
        {
            tokens[InputEmbedding] = Array(tokenIds);
            if (!tied)
            {
                tokens[OutputProjection] = Array(tokenIds);
            }
        }

        JsonObject json = new()
        {
            ["alpha_pattern"] = new JsonObject(),
            ["auto_mapping"] = null,
            ["base_model_name_or_path"] = options.BaseModelNameOrPath,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["layers_pattern"] = null,
            ["layers_to_transform"] = null,
            ["lora_alpha"] = options.Alpha == Math.Truncate(options.Alpha) && options.Alpha < 1e15 ? (long)options.Alpha : options.Alpha,
            ["lora_dropout"] = options.Dropout,
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = options.Rank,
            ["rank_pattern"] = new JsonObject(),
            ["revision"] = null,
            ["target_modules"] = new JsonArray([.. options.TargetModules.Select(module => (JsonNode)module)]),
            ["task_type"] = "CAUSAL_LM",
            ["trainable_token_indices"] = tokenIds.Count > 0 ? tokens : null,
            ["use_dora"] = false,
            ["use_rslora"] = options.UseRslora,
        };
        return json.ToJsonString(JsonOutput.Indented);
    }

    private static JsonArray Array(IEnumerable<int> ids) => [.. ids.Select(id => (JsonNode)id)];

    private static IReadOnlyList<string> ReadModules(JsonField fields) =>
        fields.Find("target_modules") switch
        {
            { ValueKind: JsonValueKind.String } text when text.GetString() == "all-linear" => LoraOptions.AllModules,
            { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String) =>
            [
                .. list.EnumerateArray().Select(name => name.GetString()!),
            ],
            { } other => throw fields.Error("target_modules", $"{other.GetRawText()} is no list of module names."),
            null => throw fields.Error("target_modules", "is missing."),
        };

    private static IReadOnlyList<int> ReadTokens(JsonField fields)
    {
        const string field = "trainable_token_indices";
        if (fields.Optional(field) is not { IsObject: true } layers)
        {
            return fields.Ints(field);
        }

        IReadOnlyList<int> ids = layers.Ints(InputEmbedding);
        foreach (string layer in layers.Names)
        {
            if (layer is not (InputEmbedding or OutputProjection))
            {
                throw layers.Error(layer, $"is not supported; expected {InputEmbedding}, and {OutputProjection} where it is not tied.");
            }

            if (!layers.Ints(layer).SequenceEqual(ids))
            {
                throw layers.Error(layer, $"names other tokens than {InputEmbedding}; expected the same, in the same order.");
            }
        }

        return ids;
    }

    private static string FieldOf(string option) =>
        option switch
        {
            nameof(LoraOptions.Rank) => "r",
            nameof(LoraOptions.Alpha) => "lora_alpha",
            nameof(LoraOptions.Dropout) => "lora_dropout",
            _ => "target_modules",
        };
}
