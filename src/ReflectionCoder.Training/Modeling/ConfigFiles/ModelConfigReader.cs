using System.Text.Json;
using ReflectionCoder.Files;
using TorchSharp;

namespace ReflectionCoder.Modeling.ConfigFiles;

/// <summary>Reads <see cref="ModelConfig"/> from Hugging Face's JSON; the defaults of absent fields are transformers' for the family.</summary>
internal static class ModelConfigReader
{
    internal static ModelConfig Read(string json, string path)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonText.ParseObject(json, path);
        var fields = new JsonField(document.RootElement, path);
        ModelArchitecture architecture = ReadArchitecture(fields);
        ModelConfigFields.Check(fields);
        string activation = fields.Text("hidden_act", "silu");
        if (activation is not ("silu" or "swish"))
        {
            throw fields.Error("hidden_act", $"'{activation}' is not supported; expected 'silu'.");
        }

        int hidden = fields.Int("hidden_size");
        int heads = fields.Int("num_attention_heads");
        bool qwen = architecture is ModelArchitecture.Qwen2 or ModelArchitecture.Qwen3;
        bool llama = architecture == ModelArchitecture.Llama;
        int maxPositions = fields.Int("max_position_embeddings", qwen ? 32768 : llama ? 2048 : 4096 * 32);
        (double theta, RopeScaling? scaling) = RopeScalingJson.Read(fields, maxPositions);
        bool attentionBias = (llama || architecture == ModelArchitecture.Qwen3) && fields.Bool("attention_bias", false);
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
            HeadDimension = fields.Find("head_dim") is not null ? fields.Int("head_dim")
                : architecture == ModelArchitecture.Qwen3 ? 128
                : DefaultHeadDimension(fields, hidden, heads),
            MaxPositionEmbeddings = maxPositions,
            PositionEmbeddingType = ReadPositionEmbeddingType(fields),
            RmsNormEpsilon = fields.Number("rms_norm_eps", 1e-6),
            RopeTheta = theta,
            RopeScaling = scaling,
            TieWordEmbeddings = fields.Bool("tie_word_embeddings", false),
            QueryKeyValueBias = attentionBias || architecture == ModelArchitecture.Qwen2,
            AttentionOutputBias = attentionBias,
            MlpBias = llama && fields.Bool("mlp_bias", false),
            InitializerRange = fields.Number("initializer_range", 0.02),
            BosTokenId = fields.Has("bos_token_id") || qwen ? fields.OptionalInt("bos_token_id") : 1,
            EosTokenIds = fields.Has("eos_token_id") || qwen ? fields.Ints("eos_token_id") : [2],
            PadTokenId = fields.OptionalInt("pad_token_id"),
            StoredDtype = ReadDtype(fields),
        };
        config.Validate(); // before its number of layers sizes anything
        (int? window, IReadOnlyList<LayerType> layerTypes) = SlidingWindowJson.Read(fields, architecture, config.HiddenLayers);
        config = config with { SlidingWindow = window, LayerTypes = layerTypes };
        config.Validate();
        return config;
    }

    private static ModelArchitecture ReadArchitecture(JsonField fields)
    {
        string type = fields.Text("model_type");
        ModelArchitecture architecture = type switch
        {
            "llama" => ModelArchitecture.Llama,
            "qwen2" => ModelArchitecture.Qwen2,
            "mistral" => ModelArchitecture.Mistral,
            "qwen3" => ModelArchitecture.Qwen3,
            _ => throw fields.Error("model_type", $"'{type}' is not supported; expected 'llama', 'mistral', 'qwen2' or 'qwen3'."),
        };
        string expected = architecture + "ForCausalLM";
        if (fields.OptionalTexts("architectures") is { } names && names.Any(name => name != expected))
        {
            string shown = JsonField.Show(fields.Find("architectures")!.Value);
            throw fields.Error("architectures", $"{shown} is not supported with model_type '{type}'; expected [\"{expected}\"].");
        }

        return architecture;
    }

    private static PositionEmbeddingType ReadPositionEmbeddingType(JsonField fields)
    {
        const string field = "position_embedding_type";
        return fields.Text(field, "rotary") switch
        {
            "rotary" or "rope" => PositionEmbeddingType.Rotary,
            "absolute" => PositionEmbeddingType.Absolute,
            string type => throw fields.Error(field, $"'{type}' is not supported; expected 'rotary' or 'absolute'."),
        };
    }

    private static int ReadKeyValueHeads(JsonField fields, ModelArchitecture architecture, int heads)
    {
        if (fields.Find("num_key_value_heads") is not null)
        {
            return fields.Int("num_key_value_heads");
        }

        return fields.Has("num_key_value_heads") ? heads : architecture switch
        {
            ModelArchitecture.Qwen2 or ModelArchitecture.Qwen3 => 32,
            ModelArchitecture.Mistral => 8,
            _ => heads,
        };
    }

    private static int DefaultHeadDimension(JsonField fields, int hidden, int heads) => heads > 0 && hidden % heads == 0
        ? hidden / heads
        : throw fields.Error("num_attention_heads", $"{heads} does not divide hidden_size, {hidden}, and there is no head_dim.");

    private static torch.ScalarType? ReadDtype(JsonField fields)
    {
        // Where both stand, transformers takes the newer name.
        string field = fields.Find("dtype") is null ? "torch_dtype" : "dtype";
        string name = fields.Text(field, "auto");
        if (name == "auto")
        {
            return null; // what the weights are stored in
        }

        foreach ((torch.ScalarType dtype, string known) in ModelConfigWriter.Dtypes)
        {
            if (known == name)
            {
                return dtype;
            }
        }

        throw fields.Error(field, $"'{name}' is not supported; expected one of {string.Join(", ", ModelConfigWriter.Dtypes.Values)}.");
    }
}
