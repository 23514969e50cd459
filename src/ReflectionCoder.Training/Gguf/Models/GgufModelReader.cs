using System.Globalization;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Gguf.Models;

/// <summary>
/// Reads a file's keys as a configuration, and checks that its tensors are those that the configuration needs. Keys that may change the
/// computation and aren't known are refused.
/// </summary>
internal static class GgufModelReader
{
    /// <summary>Keys of an architecture that change nothing where they have these values.</summary>
    private static readonly Dictionary<string, object?> Harmless = new()
    {
        ["attention.causal"] = true,
        ["expert_count"] = 0L,
        ["expert_used_count"] = 0L,
        ["attention.sliding_window"] = 0L,
        ["tensor_data_layout"] = null,
        ["rope.scaling.finetuned"] = null,
    };

    /// <summary>Base of the rotary frequencies where a file has no such key.</summary>
    private const double RuntimeRopeBase = 10000;

    /// <summary>Reads the configuration.</summary>
    /// <param name="header">The header.</param>
    /// <param name="ropeFactors">Gives the numbers of <see cref="GgufNames.RopeFactors"/>, which must be in the file.</param>
    /// <exception cref="DataFormatException">A key is missing, wrong or not supported, or a tensor is missing, unexpected or of another
    /// shape.</exception>
    internal static ModelConfig Read(GgufHeader header, Func<float[]> ropeFactors)
    {
        GgufFields fields = new(header);
        string architecture = fields.Text(GgufModelKeys.Architecture);
        ModelFamily family =
            ModelFamilies.All.FirstOrDefault(family => family.Gguf?.Architecture == architecture)
            ?? throw fields.Error(
                GgufModelKeys.Architecture,
                $"'{GgufHeaderReader.Short(architecture)}' is not supported; expected one of {Architectures()}."
            );
        GgufForm form = family.Gguf!;
        string prefix = architecture + ".";
        ModelConfig config = ReadNumbers(fields, prefix, family, header);
        CheckUnread(fields, prefix);
        config.Validate();
        CheckTensors(header, config, form);
        if (header.Tensors.ContainsKey(GgufNames.RopeFactors))
        {
            config = AddRopeFactors(header, config, form, ropeFactors);
        }

        config.Validate();
        return config;
    }

    private static ModelConfig ReadNumbers(GgufFields fields, string prefix, ModelFamily family, GgufHeader header)
    {
        int hidden = fields.Int(prefix + GgufModelKeys.EmbeddingLength);
        int heads = fields.Int(prefix + GgufModelKeys.HeadCount);
        if (heads < 1)
        {
            throw fields.Error(prefix + GgufModelKeys.HeadCount, "is 0; expected at least 1.");
        }

        int width = fields.OptionalInt(prefix + GgufModelKeys.KeyLength) ?? hidden / heads;
        foreach (string key in (string[])[GgufModelKeys.ValueLength, GgufModelKeys.RopeDimensions])
        {
            if (fields.OptionalInt(prefix + key) is { } other && other != width)
            {
                throw fields.Error(prefix + key, $"is {other}; expected the width of a head, {width}.");
            }
        }

        int? vocabulary = fields.OptionalInt(prefix + GgufModelKeys.VocabularySize);
        int rows = header.Tensors.TryGetValue(GgufNames.InputEmbedding, out GgufTensor? embedding)
            ? (int)Math.Min(embedding.Shape[0], int.MaxValue)
            : throw DataFormatException.OfTensor(fields.Path, GgufNames.InputEmbedding, "is missing.");
        if (vocabulary is { } said && said != rows)
        {
            throw fields.Error(prefix + GgufModelKeys.VocabularySize, $"is {said}; '{GgufNames.InputEmbedding}' has {rows} rows.");
        }

        GgufForm form = family.Gguf!;
        string first = GgufNames.Layer(0);
        ModelConfig config = new()
        {
            Path = fields.Path,
            Family = family,
            VocabularySize = rows,
            HiddenSize = hidden,
            IntermediateSize = fields.Int(prefix + GgufModelKeys.FeedForwardLength),
            HiddenLayers = ReadLayers(fields, prefix, header),
            AttentionHeads = heads,
            KeyValueHeads = fields.OptionalInt(prefix + GgufModelKeys.KeyValueHeadCount) ?? heads,
            HeadDimension = width,
            MaxPositionEmbeddings = fields.Int(prefix + GgufModelKeys.ContextLength),
            NormEpsilon = Decimal(fields.Number(prefix + form.NormEpsilonKey)),
            RopeTheta = Decimal(fields.OptionalNumber(prefix + GgufModelKeys.RopeBase) ?? RuntimeRopeBase),
            RopeScaling = ReadScaling(fields, prefix),
            TieWordEmbeddings = !header.Tensors.ContainsKey(GgufNames.OutputWeight),
            QueryKeyValueBias = HasBias("self_attn.q_proj"),
            AttentionOutputBias = HasBias("self_attn.o_proj"),
            MlpBias = HasBias($"mlp.{family.Mlp.Output}"),
            LogitSoftCap = form.ReadsLogitCap ? ReadCap(fields, prefix) : null,
            StoredDtype = GgufTensorTypes.DtypeOf(embedding.Type),
        };
        config = form.SetFactors(form.ReadsWindows ? GgufWindows.Read(fields, prefix, config) : config);
        config = form.NoRopeInterval is null ? config : config with { RotaryLayers = form.RotaryLayers(config.HiddenLayers) };
        if (config.HasWindows && config.RopeScaling is { AttentionFactor: not null })
        {
            throw fields.Error(
                prefix + GgufModelKeys.RopeAttentionFactor,
                "is not supported beside sliding windows: the runtime applies it in all layers."
            );
        }

        return config;

        bool HasBias(string part) => header.Tensors.ContainsKey($"{first}{form.LayerNames[part]}.bias");
    }

    /// <summary>The number of layers. A header could claim many, so it is checked before lists of them are made.</summary>
    private static int ReadLayers(GgufFields fields, string prefix, GgufHeader header)
    {
        int layers = fields.Int(prefix + GgufModelKeys.BlockCount);
        return layers <= header.Tensors.Count
            ? layers
            : throw fields.Error(prefix + GgufModelKeys.BlockCount, $"is {layers}, and the file has {header.Tensors.Count} tensors.");
    }

    /// <summary>The cap of the logits; 0 stands for none.</summary>
    private static double? ReadCap(GgufFields fields, string prefix) =>
        fields.OptionalNumber(prefix + GgufModelKeys.LogitCap) is { } cap and not 0 ? Decimal(cap) : null;

    private static RopeScaling? ReadScaling(GgufFields fields, string prefix)
    {
        string key = prefix + GgufModelKeys.RopeType;
        double factor = Decimal(fields.OptionalNumber(prefix + GgufModelKeys.RopeFactor) ?? 1);
        int? original = fields.OptionalInt(prefix + GgufModelKeys.RopeOriginalLength);
        double? correction = fields.OptionalNumber(prefix + GgufModelKeys.RopeAttentionFactor);
        switch (fields.OptionalText(key))
        {
            case null or "none":
                return null;
            case "linear":
                return new RopeScaling { Type = RopeType.Linear, Factor = factor };
            case "yarn":
                return new RopeScaling
                {
                    Type = RopeType.Yarn,
                    Factor = factor,
                    OriginalMaxPositionEmbeddings = original,
                    AttentionFactor = correction * GgufModelKeys.RuntimeYarnFactor(factor),
                };
            case string other:
                throw fields.Error(key, $"'{GgufHeaderReader.Short(other)}' is not supported; expected 'none', 'linear' or 'yarn'.");
        }
    }

    private static ModelConfig AddRopeFactors(GgufHeader header, ModelConfig config, GgufForm form, Func<float[]> ropeFactors)
    {
        const string name = GgufNames.RopeFactors;
        GgufTensor tensor = header.Tensors[name];
        if (tensor.Type != GgufTensorType.F32 || tensor.Shape is not [long length] || length != config.HeadDimension / 2)
        {
            throw DataFormatException.OfTensor(header.Path, name, $"is no vector of {config.HeadDimension / 2} numbers in F32.");
        }

        if (!form.ReadsRopeFactors || config.RopeScaling is not null)
        {
            throw DataFormatException.OfTensor(header.Path, name, "is not expected beside this architecture and scaling.");
        }

        float[] factors = ropeFactors();
        RopeScaling scaling =
            (factors.All(float.IsFinite) ? RopeFactors.Find(config, factors) : null)
            ?? throw DataFormatException.OfTensor(header.Path, name, "holds factors of no scaling 'llama3' that is known here.");
        return config with { RopeScaling = scaling };
    }

    private static void CheckUnread(GgufFields fields, string prefix)
    {
        foreach (string key in fields.Unread(prefix))
        {
            string name = key[prefix.Length..];
            bool known = Harmless.TryGetValue(name, out object? value);
            bool harmless =
                known
                && value switch
                {
                    bool expected => fields.Bool(key, expected) == expected,
                    long expected => fields.OptionalInt(key) == expected,
                    _ => true,
                };
            if (!harmless)
            {
                throw fields.Error(key, "is not supported: it may change what the model computes.");
            }
        }
    }

    private static void CheckTensors(GgufHeader header, ModelConfig config, GgufForm form)
    {
        HashSet<string> expected = [GgufNames.RopeFactors];
        foreach ((_, string name, long[] shape) in GgufNames.Weights(config, form))
        {
            expected.Add(name);
            if (!header.Tensors.TryGetValue(name, out GgufTensor? tensor))
            {
                throw DataFormatException.OfTensor(header.Path, name, $"is missing; expected {Text(shape)}.");
            }

            if (!tensor.Shape.SequenceEqual(shape))
            {
                throw DataFormatException.OfTensor(header.Path, name, $"has shape {Text(tensor.Shape)}; the keys ask for {Text(shape)}.");
            }
        }

        if (header.Tensors.Values.FirstOrDefault(tensor => !expected.Contains(tensor.Name)) is { } unexpected)
        {
            throw DataFormatException.OfTensor(header.Path, GgufHeaderReader.Short(unexpected.Name), "is unexpected.");
        }
    }

    /// <summary>
    /// The shortest decimal that gives the float32 in the file: 1e-5 and not 9.999999747378752e-06, because that is what was written.
    /// </summary>
    internal static double Decimal(double value) =>
        (float)value == value
            ? double.Parse(((float)value).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : value;

    private static string Architectures() =>
        string.Join(", ", ModelFamilies.All.Select(family => family.Gguf?.Architecture).OfType<string>().Distinct());

    private static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
