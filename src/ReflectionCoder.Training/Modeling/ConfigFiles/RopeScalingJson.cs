using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Modeling.ConfigFiles;

/// <summary>What a file says about rotary embeddings.</summary>
/// <param name="Theta">Base of the frequencies.</param>
/// <param name="Scaling">How they are scaled; null for not at all.</param>
/// <param name="SlidingTheta">Base in layers with a window, where <c>rope_parameters</c> holds it; null otherwise.</param>
internal readonly record struct RopeFields(double Theta, RopeScaling? Scaling, double? SlidingTheta);

/// <summary>
/// Reads and writes Hugging Face's JSON for the rotary base and <see cref="RopeScaling"/>: <c>rope_theta</c> and <c>rope_scaling</c>, or
/// <c>rope_parameters</c> with both in it, or with one such object for each kind of layer.
/// </summary>
internal static class RopeScalingJson
{
    private const string Older = "rope_scaling";
    private const string Newer = "rope_parameters";
    private const string Full = "full_attention";
    private const string Sliding = "sliding_attention";
    private const string Original = "original_max_position_embeddings";

    private static readonly string[] AlwaysKnown = ["rope_type", "type", "rope_theta", "partial_rotary_factor"];

    private static readonly Dictionary<string, (RopeType? Type, string[] Fields)> Types = new()
    {
        ["default"] = (null, []),
        ["linear"] = (RopeType.Linear, ["factor", Original]), // transformers ignores the original length here and in dynamic
        ["dynamic"] = (RopeType.Dynamic, ["factor", Original]),
        ["llama3"] = (RopeType.Llama3, ["factor", Original, "low_freq_factor", "high_freq_factor"]),
        ["yarn"] = (
            RopeType.Yarn,
            ["factor", Original, "attention_factor", "mscale", "mscale_all_dim", "beta_fast", "beta_slow", "truncate"]
        ),
    };

    /// <summary>Reads the base and the scaling. Where a file has both forms, they must agree.</summary>
    internal static RopeFields Read(JsonField fields, ModelFamily family, int maxPositionEmbeddings)
    {
        (double? Theta, RopeScaling? Scaling)? older = ReadObject(fields, fields, Older, maxPositionEmbeddings);
        (double? Theta, RopeScaling? Scaling)? newer;
        double? slidingTheta = null;
        if (family.HasSlidingRope && fields.Optional(Newer) is { IsObject: true } kinds && (kinds.Has(Full) || kinds.Has(Sliding)))
        {
            newer = ReadObject(fields, kinds, Full, maxPositionEmbeddings);
            slidingTheta = ReadSlidingTheta(fields, kinds, maxPositionEmbeddings);
        }
        else
        {
            newer = ReadObject(fields, fields, Newer, maxPositionEmbeddings);
        }

        if (older is { } one && newer is { } other && one.Scaling != other.Scaling)
        {
            throw fields.Error(Newer, $"contradicts {Older}.");
        }

        double? theta = fields.OptionalNumber("rope_theta");
        foreach ((string field, double? inner) in ((string, double?)[])[(Older, older?.Theta), (Newer, newer?.Theta)])
        {
            if (inner is not null && theta is not null && inner != theta)
            {
                throw fields.Error(field + ".rope_theta", $"{inner} contradicts {theta}, which stands elsewhere.");
            }

            theta ??= inner;
        }

        return new RopeFields(theta ?? family.DefaultRopeTheta, (older ?? newer)?.Scaling, slidingTheta);
    }

    /// <summary>
    /// Sets the base for layers with a window to that of <c>rope_parameters</c>, if it is there; the family's own field, which was read
    /// already, must not contradict it.
    /// </summary>
    internal static ModelConfig SetSlidingTheta(ModelConfig config, JsonField fields, double? slidingTheta)
    {
        if (slidingTheta is null || slidingTheta == config.SlidingRopeTheta)
        {
            return config;
        }

        ModelConfig changed = config with { SlidingRopeTheta = slidingTheta };
        foreach (FamilyNumber number in config.Family.Numbers)
        {
            if (fields.Has(number.Field) && number.Get(changed) != number.Get(config))
            {
                throw fields.Error($"{Newer}.{Sliding}.rope_theta", $"{slidingTheta} contradicts {number.Field}.");
            }
        }

        return changed;
    }

    /// <summary>Writes the older form, two fields, which every version of transformers reads.</summary>
    internal static void Write(JsonObject json, ModelConfig config)
    {
        json.Remove(Newer);
        json["rope_theta"] = JsonOutput.Float(config.RopeTheta);
        json[Older] = config.RopeScaling is { } scaling ? ToJson(scaling, config.Family) : null;
        if (config.RopeScaling?.OriginalMaxPositionEmbeddings is not null)
        {
            json.Remove(Original); // it would be used instead of the one inside rope_scaling
        }
    }

    private static double? ReadSlidingTheta(JsonField fields, JsonField kinds, int maxPositionEmbeddings)
    {
        if (kinds.Names.FirstOrDefault(name => name is not (Full or Sliding)) is { } unknown)
        {
            throw kinds.Error(unknown, $"is no kind of layer; expected '{Full}' or '{Sliding}'.");
        }

        (double? Theta, RopeScaling? Scaling)? sliding = ReadObject(fields, kinds, Sliding, maxPositionEmbeddings);
        return sliding?.Scaling is null
            ? sliding?.Theta
            : throw kinds.Error(Sliding, "scales the frequencies of layers with a window; expected rope_type 'default'.");
    }

    private static JsonObject ToJson(RopeScaling scaling, ModelFamily family)
    {
        string name = Types.First(type => type.Value.Type == scaling.Type).Key;

        // transformers before 4.43 knows only linear and dynamic, and requires the fields type and factor. Later versions read either name,
        // but of families that came later some know the newer name alone.
        bool newer = family.HasSlidingRope || scaling.Type is not (RopeType.Linear or RopeType.Dynamic);
        var json = new JsonObject { [newer ? "rope_type" : "type"] = name, ["factor"] = JsonOutput.Float(scaling.Factor) };
        if (scaling.OriginalMaxPositionEmbeddings is { } original)
        {
            json[Original] = original;
        }

        switch (scaling.Type)
        {
            case RopeType.Llama3:
                json["low_freq_factor"] = JsonOutput.Float(scaling.LowFrequencyFactor);
                json["high_freq_factor"] = JsonOutput.Float(scaling.HighFrequencyFactor);
                break;
            case RopeType.Yarn:
                json["beta_fast"] = JsonOutput.Float(scaling.BetaFast);
                json["beta_slow"] = JsonOutput.Float(scaling.BetaSlow);
                Add("attention_factor", scaling.AttentionFactor);
                Add("mscale", scaling.Mscale);
                Add("mscale_all_dim", scaling.MscaleAllDim);
                if (!scaling.Truncate)
                {
                    json["truncate"] = false;
                }

                break;
        }

        return json;

        void Add(string field, double? value)
        {
            if (value is { } number)
            {
                json[field] = JsonOutput.Float(number);
            }
        }
    }

    /// <summary>Reads an object of rotary parameters, which is a field of the file or of one of its objects.</summary>
    private static (double? Theta, RopeScaling? Scaling)? ReadObject(
        JsonField fields,
        JsonField parent,
        string field,
        int maxPositionEmbeddings
    )
    {
        if (parent.Optional(field) is not { } rope)
        {
            return null;
        }

        if (!rope.IsObject)
        {
            throw parent.Error(field, $"{JsonField.Show(rope.Element)} is not an object.");
        }

        if (!rope.Names.Any())
        {
            return null; // an empty object means no scaling
        }

        string name = ReadTypeName(rope, otherwise: field == Older ? "" : "default");
        (RopeType? type, string[] known) = Types[name];
        if (rope.Names.FirstOrDefault(n => !AlwaysKnown.Contains(n) && !known.Contains(n)) is { } unknown)
        {
            throw rope.Error(unknown, $"is not a field of rope type '{name}'.");
        }

        if (rope.Number("partial_rotary_factor", 1) != 1)
        {
            throw rope.Error("partial_rotary_factor", "rotary embeddings on part of a head are not supported; expected 1.");
        }

        return (rope.OptionalNumber("rope_theta"), type is { } scaled ? ReadScaling(fields, rope, scaled, maxPositionEmbeddings) : null);
    }

    private static string ReadTypeName(JsonField rope, string otherwise)
    {
        string name = rope.Text("rope_type", rope.Text("type", otherwise));
        if (!Types.ContainsKey(name))
        {
            string field = rope.Has("rope_type") || !rope.Has("type") ? "rope_type" : "type";
            throw rope.Error(field, $"'{name}' is not supported; expected one of {string.Join(", ", Types.Keys)}.");
        }

        return rope.Text("type", name) == name ? name : throw rope.Error("type", $"'{rope.Text("type")}' contradicts rope_type '{name}'.");
    }

    private static RopeScaling ReadScaling(JsonField fields, JsonField rope, RopeType type, int maxPositionEmbeddings)
    {
        // Some models have the original length outside of this object. transformers then takes that one first.
        int? original = rope.OptionalInt(Original);
        if (type is RopeType.Llama3 or RopeType.Yarn && fields.OptionalInt(Original) is { } outside)
        {
            original =
                original is null || original == outside
                    ? outside
                    : throw rope.Error(Original, $"{original} contradicts {outside}, which stands outside.");
        }

        return new RopeScaling
        {
            Type = type,
            Factor =
                type == RopeType.Yarn && rope.Find("factor") is null && original is > 0 and var length
                    ? (double)maxPositionEmbeddings / length
                    : rope.Number("factor"),
            OriginalMaxPositionEmbeddings = original,
            AttentionFactor = rope.OptionalNumber("attention_factor"),
            Mscale = rope.OptionalNumber("mscale"),
            MscaleAllDim = rope.OptionalNumber("mscale_all_dim"),
            BetaFast = rope.Number("beta_fast", 32),
            BetaSlow = rope.Number("beta_slow", 1),
            Truncate = rope.Bool("truncate", true),
            LowFrequencyFactor = type == RopeType.Llama3 ? rope.Number("low_freq_factor") : 1,
            HighFrequencyFactor = type == RopeType.Llama3 ? rope.Number("high_freq_factor") : 4,
        };
    }
}
