using System.Text.Json;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling.Families;
using TorchSharp;

namespace ReflectionCoder.Modeling.ConfigFiles;

/// <summary>
/// Reads a <see cref="ModelConfig"/> from Hugging Face's JSON. A field that the file lacks gets the default that transformers has for the
/// family.
/// </summary>
internal static class ModelConfigReader
{
    internal static ModelConfig Read(string json, string path, IReadOnlyList<ModelFamily>? families)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonText.ParseObject(json, path);
        var fields = new JsonField(document.RootElement, path);
        ModelFamily family = ReadFamily(fields, ModelFamilies.With(families));
        ModelConfigFields.Check(fields, family);
        CheckTexts(fields, family);
        int hidden = fields.Int("hidden_size");
        int heads = fields.Int("num_attention_heads");
        int maxPositions = fields.Int("max_position_embeddings", family.DefaultMaxPositionEmbeddings);
        RopeFields rope = RopeScalingJson.Read(fields, family, maxPositions);
        bool attentionBias = family.AttentionBiasField is { } attentionField && fields.Bool(attentionField, family.DefaultBias);
        var config = new ModelConfig
        {
            Path = path,
            Source = json,
            Family = family,
            VocabularySize = fields.Int("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = fields.Int("intermediate_size"),
            HiddenLayers = fields.Int("num_hidden_layers"),
            AttentionHeads = heads,
            KeyValueHeads = ReadKeyValueHeads(fields, family, heads),
            HeadDimension = fields.OptionalInt("head_dim") ?? family.DefaultHeadDimension ?? DefaultHeadDimension(fields, hidden, heads),
            MaxPositionEmbeddings = maxPositions,
            PositionEmbeddingType = ReadPositionEmbeddingType(fields),
            NormEpsilon = fields.Number(family.Norm.EpsilonField, family.DefaultNormEpsilon),
            RopeTheta = rope.Theta,
            RopeScaling = rope.Scaling,
            TieWordEmbeddings = fields.Bool("tie_word_embeddings", family.DefaultTieWordEmbeddings),
            QueryKeyValueBias = attentionBias || family.HasQueryKeyValueBias,
            AttentionOutputBias = attentionBias,
            MlpBias = family.MlpBiasField is { } mlpField && fields.Bool(mlpField, family.DefaultBias),
            InitializerRange = fields.Number("initializer_range", family.DefaultInitializerRange),
            BosTokenId = fields.Has("bos_token_id") ? fields.OptionalInt("bos_token_id") : family.DefaultBosTokenId,
            EosTokenIds = fields.Has("eos_token_id") ? fields.Ints("eos_token_id") : family.DefaultEosTokenIds,
            PadTokenId = fields.OptionalInt("pad_token_id"),
            StoredDtype = ReadDtype(fields),
        };
        foreach (FamilyNumber number in family.Numbers)
        {
            config = number.Set(config, ReadNumber(fields, number));
        }

        config = family.Complete(RopeScalingJson.SetSlidingTheta(config, fields, rope.SlidingTheta));
        config.Validate(); // checks the number of layers before lists of that length are made
        config = config with { RotaryLayers = NoRopeLayers.Read(fields, family, config.HiddenLayers) };
        (int? window, IReadOnlyList<LayerType> layerTypes) = family.Window.Read(fields, config);
        config = config with { SlidingWindow = window, LayerTypes = layerTypes };
        config.Validate();
        return config;
    }

    private static ModelFamily ReadFamily(JsonField fields, IReadOnlyList<ModelFamily> families)
    {
        string type = fields.Text("model_type");
        ModelFamily family =
            families.FirstOrDefault(family => family.ModelType == type)
            ?? throw fields.Error("model_type", $"'{type}' is not supported; expected {ModelFamilies.Show(families)}.");
        if (fields.OptionalTexts("architectures") is { } names && names.Any(name => name != family.ArchitectureName))
        {
            string shown = JsonField.Show(fields.Find("architectures")!.Value);
            throw fields.Error(
                "architectures",
                $"{shown} is not supported with model_type '{type}'; expected [\"{family.ArchitectureName}\"]."
            );
        }

        return family;
    }

    private static double? ReadNumber(JsonField fields, FamilyNumber number)
    {
        if (!fields.Has(number.Field))
        {
            return number.Default;
        }

        double? value = fields.OptionalNumber(number.Field);
        return value switch
        {
            null when !number.AllowsNull => throw fields.Error(number.Field, "null is not supported; expected a number."),
            <= 0 when number.IsPositive => throw fields.Error(number.Field, $"{value} is not positive."),
            _ => value,
        };
    }

    private static void CheckTexts(JsonField fields, ModelFamily family)
    {
        foreach ((string field, string expected) in family.FixedTexts)
        {
            string text = fields.Text(field, expected);
            if (text != expected)
            {
                throw fields.Error(field, $"'{text}' is not supported; expected '{expected}'.");
            }
        }

        IReadOnlyList<string> known = family.Mlp.Activations;

        // Where the family has a field of its own, transformers passes over the usual one; but then a file is ambiguous.
        foreach (string field in (string[])[family.ActivationField, "hidden_act"])
        {
            string activation = fields.Text(field, known[0]);
            if (!known.Contains(activation))
            {
                throw fields.Error(field, $"'{activation}' is not supported; expected '{known[0]}'.");
            }
        }
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

    private static int ReadKeyValueHeads(JsonField fields, ModelFamily family, int heads)
    {
        // In every family, null means as many as query heads; the family's default is only for files without the field.
        const string field = "num_key_value_heads";
        return fields.OptionalInt(field) ?? (fields.Has(field) ? heads : family.DefaultKeyValueHeads ?? heads);
    }

    private static int DefaultHeadDimension(JsonField fields, int hidden, int heads) =>
        heads > 0 && hidden % heads == 0
            ? hidden / heads
            : throw fields.Error("num_attention_heads", $"{heads} does not divide hidden_size, {hidden}, and there is no head_dim.");

    private static torch.ScalarType? ReadDtype(JsonField fields)
    {
        // Where a file has both, transformers takes the newer name, dtype.
        string field = fields.Find("dtype") is null ? "torch_dtype" : "dtype";
        string name = fields.Text(field, "auto");
        if (name == "auto")
        {
            return null; // auto means the dtype that the weights have in their files
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
