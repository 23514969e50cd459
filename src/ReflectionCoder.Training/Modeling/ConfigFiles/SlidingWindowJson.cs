using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;

namespace ReflectionCoder.Modeling.ConfigFiles;

/// <summary>
/// Hugging Face's JSON for windows: Mistral's <c>sliding_window</c> holds for all layers, Qwen's for those of <c>layer_types</c> or from
/// <c>max_window_layers</c> on, and only with <c>use_sliding_window</c>; Llama has none.
/// </summary>
internal static class SlidingWindowJson
{
    private const string Full = "full_attention";
    private const string Sliding = "sliding_attention";
    private const string Window = "sliding_window";
    private const string Uses = "use_sliding_window";
    private const string FirstSliding = "max_window_layers";
    private const string Types = "layer_types";
    private const int DefaultWindow = 4096;

    /// <summary>Reads window and layer types; types are empty where the family's rule says enough.</summary>
    internal static (int? Window, IReadOnlyList<LayerType> Types) Read(JsonField fields, ModelArchitecture architecture, int layers)
    {
        IReadOnlyList<LayerType>? types = fields.OptionalTexts(Types)?.Select(type => type switch
        {
            Full => LayerType.FullAttention,
            Sliding => LayerType.SlidingAttention,
            _ => throw fields.Error(Types, $"'{type}' is not supported; expected '{Full}' or '{Sliding}'."),
        }).ToArray();
        if (types is { Count: 0 })
        {
            throw fields.Error(Types, $"has no entries for {layers} layers.");
        }

        int? window = architecture switch
        {
            ModelArchitecture.Mistral => fields.Has(Window) ? fields.OptionalInt(Window) : DefaultWindow,
            ModelArchitecture.Llama => RefuseWindow(fields),
            _ => !fields.Bool(Uses, false) ? null : fields.Has(Window) ? fields.OptionalInt(Window) : DefaultWindow,
        };
        if (types is not null || window is null || architecture == ModelArchitecture.Mistral)
        {
            return (window, types ?? []);
        }

        int first = fields.Int(FirstSliding, 28);
        return (window, [.. Enumerable.Range(0, layers).Select(i => i >= first ? LayerType.SlidingAttention : LayerType.FullAttention)]);
    }

    internal static void Write(JsonObject json, ModelConfig config)
    {
        if (config.LayerTypes.Count > 0)
        {
            json[Types] = new JsonArray([.. config.LayerTypes.Select(type => JsonValue.Create(type == LayerType.SlidingAttention ? Sliding : Full))]);
        }
        else
        {
            json.Remove(Types);
        }

        if (config.Architecture == ModelArchitecture.Mistral)
        {
            json[Window] = config.SlidingWindow;
        }
        else if (config.Architecture is ModelArchitecture.Qwen2 or ModelArchitecture.Qwen3)
        {
            json[Uses] = config.SlidingWindow is not null;
            if (config.SlidingWindow is { } window)
            {
                json[Window] = window;
                json[FirstSliding] = config.LayerTypes.TakeWhile(type => type == LayerType.FullAttention).Count(); // for versions without layer_types
            }
        }
    }

    private static int? RefuseWindow(JsonField fields)
    {
        foreach (string field in (string[])[Window, Uses])
        {
            if (fields.Find(field) is { ValueKind: not JsonValueKind.False } value)
            {
                throw fields.Error(field, $"{JsonField.Show(value)} asks for a sliding window, which Llama does not have.");
            }
        }

        return null;
    }
}
