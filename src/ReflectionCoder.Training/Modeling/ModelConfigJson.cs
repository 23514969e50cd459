using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TorchSharp;

namespace ReflectionCoder.Modeling;

/// <summary>Hugging Face's JSON for <see cref="ModelConfig"/>, both ways.</summary>
internal static class ModelConfigJson
{
    /// <summary>Fields that change the mathematics unless they have one of the values given (null and absent are always neutral).</summary>
    private static readonly (string Field, Func<JsonElement, bool> IsNeutral, string Meaning)[] Refused =
    [
        ("quantization_config", _ => false, "quantized weights"),
        ("attention_dropout", IsZero, "attention dropout"),
        ("partial_rotary_factor", v => IsNumber(v, 1), "rotary embeddings on part of a head"),
        ("attn_logit_softcapping", _ => false, "attention soft-capping"),
        ("final_logit_softcapping", _ => false, "logit soft-capping"),
        ("logit_scale", v => IsNumber(v, 1), "scaled logits"),
        ("logits_scaling", v => IsNumber(v, 1), "scaled logits"),
        ("embedding_multiplier", v => IsNumber(v, 1), "scaled embeddings"),
        ("residual_multiplier", v => IsNumber(v, 1), "scaled residuals"),
        ("attention_multiplier", _ => false, "scaled attention"),
        ("num_experts", IsZero, "mixture of experts"),
        ("num_local_experts", IsZero, "mixture of experts"),
        ("use_qk_norm", IsFalse, "query and key norms"),
        ("qk_layernorm", IsFalse, "query and key norms"),
        ("no_rope_layers", v => v.ValueKind == JsonValueKind.Array && v.GetArrayLength() == 0, "layers without rotary embeddings"),
        ("is_encoder_decoder", IsFalse, "an encoder"),
        ("add_cross_attention", IsFalse, "cross attention"),
        ("layer_types", v => v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(t => IsText(t, "full_attention")), "attention other than full"),
    ];

    private static readonly Dictionary<torch.ScalarType, string> Dtypes = new()
    {
        [torch.ScalarType.Float32] = "float32",
        [torch.ScalarType.Float64] = "float64",
        [torch.ScalarType.BFloat16] = "bfloat16",
        [torch.ScalarType.Float16] = "float16",
    };

    internal static ModelConfig Read(string json, string path)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = ParseObject(json, path);
        var fields = new JsonFields(document.RootElement, path);
        ModelArchitecture architecture = ReadArchitecture(fields);
        foreach ((string field, Func<JsonElement, bool> isNeutral, string meaning) in Refused)
        {
            if (fields.Find(field) is { } value && !isNeutral(value))
            {
                throw fields.Error(field, $"{value.GetRawText()} asks for {meaning}, which this decoder does not have.");
            }
        }

        CheckSlidingWindow(fields, architecture);
        string activation = fields.Text("hidden_act", "silu");
        if (activation is not ("silu" or "swish"))
        {
            throw fields.Error("hidden_act", $"'{activation}' is not supported; expected 'silu'.");
        }

        (double theta, double factor) = ReadRope(fields);
        int hidden = fields.Int("hidden_size");
        int heads = fields.Int("num_attention_heads");
        bool llama = architecture == ModelArchitecture.Llama;
        bool attentionBias = llama && fields.Bool("attention_bias", false);
        var config = new ModelConfig
        {
            Path = path,
            Source = json,
            Architecture = architecture,
            VocabularySize = fields.Int("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = fields.Int("intermediate_size"),
            HiddenLayers = fields.Int("num_hidden_layers"),
            AttentionHeads = heads,
            KeyValueHeads = ReadKeyValueHeads(fields, architecture, heads),
            HeadDimension = fields.Find("head_dim") is null ? DefaultHeadDimension(fields, hidden, heads) : fields.Int("head_dim"),
            MaxPositionEmbeddings = fields.Int("max_position_embeddings", architecture switch
            {
                ModelArchitecture.Qwen2 => 32768,
                ModelArchitecture.Mistral => 4096 * 32,
                _ => 2048,
            }),
            RmsNormEpsilon = fields.Number("rms_norm_eps", 1e-6),
            RopeTheta = theta,
            RopeScalingFactor = factor,
            TieWordEmbeddings = fields.Bool("tie_word_embeddings", false),
            QueryKeyValueBias = attentionBias || architecture == ModelArchitecture.Qwen2,
            AttentionOutputBias = attentionBias,
            MlpBias = llama && fields.Bool("mlp_bias", false),
            InitializerRange = fields.Number("initializer_range", 0.02),
            BosTokenId = fields.Has("bos_token_id") || architecture == ModelArchitecture.Qwen2 ? fields.OptionalInt("bos_token_id") : 1,
            EosTokenIds = fields.Has("eos_token_id") || architecture == ModelArchitecture.Qwen2 ? fields.Ints("eos_token_id") : [2],
            PadTokenId = fields.OptionalInt("pad_token_id"),
            StoredDtype = ReadDtype(fields),
        };
        config.Validate();
        return config;
    }

    internal static string Write(ModelConfig config)
    {
        JsonObject json = config.Source is null ? [] : JsonNode.Parse(config.Source)!.AsObject();
        string family = config.Architecture.ToString();
        json["architectures"] = new JsonArray(family + "ForCausalLM");
        json["model_type"] = family.ToLowerInvariant();
        json["vocab_size"] = config.VocabularySize;
        json["hidden_size"] = config.HiddenSize;
        json["intermediate_size"] = config.IntermediateSize;
        json["num_hidden_layers"] = config.HiddenLayers;
        json["num_attention_heads"] = config.AttentionHeads;
        json["num_key_value_heads"] = config.KeyValueHeads;
        if (json.ContainsKey("head_dim") || config.HeadDimension * config.AttentionHeads != config.HiddenSize)
        {
            json["head_dim"] = config.HeadDimension;
        }

        json["hidden_act"] = "silu";
        json["max_position_embeddings"] = config.MaxPositionEmbeddings;
        json["rms_norm_eps"] = Float(config.RmsNormEpsilon);
        json.Remove("rope_parameters"); // the older pair of fields is read by every version
        json["rope_theta"] = Float(config.RopeTheta);
        json["rope_scaling"] = config.RopeScalingFactor == 1 ? null : new JsonObject { ["type"] = "linear", ["factor"] = Float(config.RopeScalingFactor) };
        json["tie_word_embeddings"] = config.TieWordEmbeddings;
        json["initializer_range"] = Float(config.InitializerRange);
        json["bos_token_id"] = config.BosTokenId;
        json["eos_token_id"] = Ids(config.EosTokenIds);
        json["pad_token_id"] = config.PadTokenId;
        switch (config.Architecture)
        {
            case ModelArchitecture.Llama:
                json["attention_bias"] = config.QueryKeyValueBias;
                json["mlp_bias"] = config.MlpBias;
                break;
            case ModelArchitecture.Qwen2:
                json["use_sliding_window"] = false;
                break;
            default:
                json["sliding_window"] = null;
                break;
        }

        json.Remove("dtype"); // the newer name of torch_dtype
        if (config.StoredDtype is { } dtype)
        {
            json["torch_dtype"] = DtypeName(dtype);
        }

        return json.ToJsonString(JsonFields.Indented);
    }

    internal static JsonDocument ParseObject(string json, string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new ModelConfigException(path, "$", $"is not valid JSON: {e.Message}", e);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw new ModelConfigException(path, "$", "is not a JSON object.");
        }

        return document;
    }

    /// <summary>One id as a number, several as a list, none as null.</summary>
    internal static JsonNode? Ids(IReadOnlyList<int> ids) => ids.Count switch
    {
        0 => null,
        1 => ids[0],
        _ => new JsonArray([.. ids.Select(id => JsonValue.Create(id))]),
    };

    private static string DtypeName(torch.ScalarType dtype) =>
        Dtypes.TryGetValue(dtype, out string? name) ? name : throw new ArgumentException($"{dtype} is no dtype of a model.", nameof(dtype));

    private static ModelArchitecture ReadArchitecture(JsonFields fields)
    {
        string type = fields.Text("model_type");
        ModelArchitecture architecture = type switch
        {
            "llama" => ModelArchitecture.Llama,
            "qwen2" => ModelArchitecture.Qwen2,
            "mistral" => ModelArchitecture.Mistral,
            _ => throw fields.Error("model_type", $"'{type}' is not supported; expected 'llama', 'qwen2' or 'mistral'."),
        };
        if (fields.Find("architectures") is { } list)
        {
            string expected = architecture + "ForCausalLM";
            if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(a => !IsText(a, expected)))
            {
                throw fields.Error("architectures", $"{list.GetRawText()} is not supported with model_type '{type}'; expected [\"{expected}\"].");
            }
        }

        return architecture;
    }

    private static void CheckSlidingWindow(JsonFields fields, ModelArchitecture architecture)
    {
        bool inForce = architecture switch
        {
            ModelArchitecture.Qwen2 => fields.Bool("use_sliding_window", false),
            ModelArchitecture.Mistral => !fields.Has("sliding_window") || fields.Find("sliding_window") is not null, // absent means 4096
            _ => false,
        };
        if (inForce)
        {
            string field = architecture == ModelArchitecture.Qwen2 ? "use_sliding_window" : "sliding_window";
            throw fields.Error(field, "a sliding attention window is in force, which this decoder does not have; expected " +
                (architecture == ModelArchitecture.Qwen2 ? "false." : "null."));
        }
    }

    private static (double Theta, double Factor) ReadRope(JsonFields fields)
    {
        double theta = fields.Number("rope_theta", 10000);
        double factor = 1;
        foreach (string field in (string[])["rope_scaling", "rope_parameters"])
        {
            if (fields.Find(field) is not { } value)
            {
                continue;
            }

            if (value.ValueKind != JsonValueKind.Object)
            {
                throw fields.Error(field, $"{value.GetRawText()} is not an object.");
            }

            var rope = new JsonFields(value, fields.Path, field + ".");
            string? known = value.EnumerateObject().Select(p => p.Name).FirstOrDefault(
                n => n is not ("type" or "rope_type" or "factor" or "rope_theta" or "original_max_position_embeddings" or "partial_rotary_factor"));
            string type = rope.Text("rope_type", rope.Text("type", field == "rope_parameters" ? "default" : ""));
            if (type is not ("linear" or "default"))
            {
                string field2 = rope.Has("rope_type") || !rope.Has("type") ? "rope_type" : "type";
                throw rope.Error(field2, $"'{type}' is not supported; expected 'linear' or 'default'.");
            }

            if (rope.Text("type", type) != type)
            {
                throw rope.Error("type", $"'{rope.Text("type")}' contradicts rope_type '{type}'.");
            }

            if (known is not null)
            {
                throw rope.Error(known, $"is not a field of rope type '{type}'.");
            }

            if (rope.Number("partial_rotary_factor", 1) != 1)
            {
                throw rope.Error("partial_rotary_factor", "rotary embeddings on part of a head are not supported; expected 1.");
            }

            theta = rope.Number("rope_theta", theta);
            factor = type == "linear" ? rope.Number("factor") : 1;
        }

        return (theta, factor);
    }

    private static int ReadKeyValueHeads(JsonFields fields, ModelArchitecture architecture, int heads)
    {
        if (fields.Find("num_key_value_heads") is not null)
        {
            return fields.Int("num_key_value_heads");
        }

        return fields.Has("num_key_value_heads") ? heads : architecture switch
        {
            ModelArchitecture.Qwen2 => 32,
            ModelArchitecture.Mistral => 8,
            _ => heads,
        };
    }

    private static int DefaultHeadDimension(JsonFields fields, int hidden, int heads) => heads > 0 && hidden % heads == 0
        ? hidden / heads
        : throw fields.Error("num_attention_heads", $"{heads} does not divide hidden_size, {hidden}, and there is no head_dim.");

    private static torch.ScalarType? ReadDtype(JsonFields fields)
    {
        string field = fields.Find("torch_dtype") is null ? "dtype" : "torch_dtype";
        if (fields.Find(field) is null)
        {
            return null;
        }

        string name = fields.Text(field);
        foreach ((torch.ScalarType dtype, string known) in Dtypes)
        {
            if (known == name)
            {
                return dtype;
            }
        }

        throw fields.Error(field, $"'{name}' is not supported; expected one of {string.Join(", ", Dtypes.Values)}.");
    }

    /// <summary>A number that stays a float when Python reads it: 4 is written 4.0.</summary>
    private static JsonNode Float(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return JsonNode.Parse(text.AsSpan().IndexOfAny(".eE") < 0 ? text + ".0" : text)!;
    }

    private static bool IsZero(JsonElement value) => IsNumber(value, 0);

    private static bool IsNumber(JsonElement value, double expected) => value.ValueKind == JsonValueKind.Number && value.GetDouble() == expected;

    private static bool IsFalse(JsonElement value) => value.ValueKind == JsonValueKind.False;

    private static bool IsText(JsonElement value, string expected) => value.ValueKind == JsonValueKind.String && value.GetString() == expected;
}
