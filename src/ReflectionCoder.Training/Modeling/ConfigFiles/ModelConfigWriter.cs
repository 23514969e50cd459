using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling.Families;
using TorchSharp;

namespace ReflectionCoder.Modeling.ConfigFiles;

/// <summary>
/// Writes a <see cref="ModelConfig"/> as Hugging Face's JSON. It changes the JSON that the configuration was read from, so that unknown
/// fields are kept.
/// </summary>
internal static class ModelConfigWriter
{
    internal static readonly IReadOnlyDictionary<torch.ScalarType, string> Dtypes = new Dictionary<torch.ScalarType, string>
    {
        [torch.ScalarType.Float32] = "float32",
        [torch.ScalarType.Float64] = "float64",
        [torch.ScalarType.BFloat16] = "bfloat16",
        [torch.ScalarType.Float16] = "float16",
    };

    /// <summary>The fields that decide a forward pass, as one line of JSON.</summary>
    internal static string Identify(ModelConfig config)
    {
        ModelConfig plain = config with
        {
            Source = null,
            BosTokenId = null,
            EosTokenIds = [],
            PadTokenId = null,
            InitializerRange = 0,
            StoredDtype = null,
        };
        JsonObject json = JsonNode.Parse(Write(plain))!.AsObject();
        foreach (string field in (string[])["architectures", "bos_token_id", "eos_token_id", "pad_token_id", "initializer_range"])
        {
            json.Remove(field);
        }

        return json.ToJsonString();
    }

    internal static string Write(ModelConfig config)
    {
        JsonObject json = config.Source is null ? [] : JsonNode.Parse(config.Source)!.AsObject();
        ModelFamily family = config.Family;
        json["architectures"] = new JsonArray(family.ArchitectureName);
        json["model_type"] = family.ModelType;
        json["vocab_size"] = config.VocabularySize;
        json["hidden_size"] = config.HiddenSize;
        json["intermediate_size"] = config.IntermediateSize;
        json["num_hidden_layers"] = config.HiddenLayers;
        json["num_attention_heads"] = config.AttentionHeads;
        json["num_key_value_heads"] = config.KeyValueHeads;
        bool ownWidth = family.DefaultHeadDimension is not null || (long)config.HeadDimension * config.AttentionHeads != config.HiddenSize;
        if (ownWidth || json.ContainsKey("head_dim"))
        {
            json["head_dim"] = config.HeadDimension;
        }

        json[family.ActivationField] = family.Mlp.Activations[0];
        json["max_position_embeddings"] = config.MaxPositionEmbeddings;
        json[family.Norm.EpsilonField] = JsonOutput.Float(config.NormEpsilon);
        RopeScalingJson.Write(json, config);
        if (config.PositionEmbeddingType == PositionEmbeddingType.Absolute)
        {
            json["position_embedding_type"] = "absolute";
        }
        else
        {
            json.Remove("position_embedding_type");
        }

        NoRopeLayers.Write(json, config);
        family.Window.Write(json, config);
        json["tie_word_embeddings"] = config.TieWordEmbeddings;
        json["initializer_range"] = JsonOutput.Float(config.InitializerRange);
        json["bos_token_id"] = config.BosTokenId;
        json["eos_token_id"] = JsonOutput.Ids(config.EosTokenIds);
        json["pad_token_id"] = config.PadTokenId;
        if (family.AttentionBiasField is { } attentionField)
        {
            json[attentionField] = config.QueryKeyValueBias;
        }

        if (family.MlpBiasField is { } mlpField)
        {
            json[mlpField] = config.MlpBias;
        }

        foreach (FamilyNumber number in family.Numbers)
        {
            json[number.Field] = number.Get(config) switch
            {
                null => null,
                { } value when number.PrefersInteger && value == Math.Truncate(value) && Math.Abs(value) < int.MaxValue => (int)value,
                { } value => JsonOutput.Float(value),
            };
        }

        json.Remove("dtype"); // the newer name of torch_dtype; it may hold another dtype
        if (config.StoredDtype is { } dtype)
        {
            json["torch_dtype"] = Dtypes.TryGetValue(dtype, out string? name)
                ? name
                : throw new ArgumentException($"{dtype} is no dtype of a model.", nameof(config));
        }
        else
        {
            json.Remove("torch_dtype");
        }

        return json.ToJsonString(JsonOutput.Indented);
    }
}
