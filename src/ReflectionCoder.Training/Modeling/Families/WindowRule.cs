using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;

namespace ReflectionCoder.Modeling.Families;

/// <summary>Which layers of a family slide, and Hugging Face's JSON for it.</summary>
internal abstract class WindowRule
{
    private const string Full = "full_attention";
    private const string Sliding = "sliding_attention";
    private const string Types = "layer_types";
    private const int DefaultWindow = 4096;

    /// <summary>No layer slides; fields that ask for it are refused.</summary>
    internal static WindowRule None { get; } = new Nowhere();

    /// <summary><c>sliding_window</c> holds for all layers.</summary>
    internal static WindowRule EveryLayer { get; } = new Everywhere();

    /// <summary>
    /// It holds for those of <c>layer_types</c> or from <c>max_window_layers</c> on, and only with <c>use_sliding_window</c>.
    /// </summary>
    internal static WindowRule LaterLayers { get; } = new Later();

    /// <summary>The field that holds the window.</summary>
    protected const string Window = "sliding_window";

    /// <summary>Reads window and layer types; types are empty where the rule says enough.</summary>
    /// <param name="fields">The file.</param>
    /// <param name="family">The family's name, for messages.</param>
    /// <param name="layers">Number of layers, already checked.</param>
    internal (int? Window, IReadOnlyList<LayerType> Types) Read(JsonField fields, string family, int layers)
    {
        IReadOnlyList<LayerType>? types = fields
            .OptionalTexts(Types)
            ?.Select(type =>
                type switch
                {
                    Full => LayerType.FullAttention,
                    Sliding => LayerType.SlidingAttention,
                    _ => throw fields.Error(Types, $"'{type}' is not supported; expected '{Full}' or '{Sliding}'."),
                }
            )
            .ToArray();
        if (types is { Count: 0 })
        {
            throw fields.Error(Types, $"has no entries for {layers} layers.");
        }

        int? window = ReadWindow(fields, family);
        return (window, types ?? (window is null ? [] : ReadTypes(fields, layers)));
    }

    /// <summary>Writes window and layer types.</summary>
    internal void Write(JsonObject json, ModelConfig config)
    {
        if (config.LayerTypes.Count > 0)
        {
            IEnumerable<string> names = config.LayerTypes.Select(type => type == LayerType.SlidingAttention ? Sliding : Full);
            json[Types] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]);
        }
        else
        {
            json.Remove(Types);
        }

        WriteWindow(json, config);
    }

    /// <summary>Whether there may be a window.</summary>
    internal virtual bool HasWindow => true;

    /// <summary>Whether some layers may see everything while there is a window.</summary>
    internal virtual bool HasFullLayers => true;

    /// <summary>Reads the window in force.</summary>
    protected abstract int? ReadWindow(JsonField fields, string family);

    /// <summary>The layers' types where a window is in force and the file doesn't list them.</summary>
    protected abstract IReadOnlyList<LayerType> ReadTypes(JsonField fields, int layers);

    /// <summary>Writes the window in force.</summary>
    protected abstract void WriteWindow(JsonObject json, ModelConfig config);

    /// <summary>The window that the file says, or transformers' own where it says nothing.</summary>
    protected static int? WindowOrDefault(JsonField fields) => fields.Has(Window) ? fields.OptionalInt(Window) : DefaultWindow;

    private sealed class Nowhere : WindowRule
    {
        internal override bool HasWindow => false;

        protected override int? ReadWindow(JsonField fields, string family)
        {
            foreach (string field in (string[])[Window, Later.Switch])
            {
                if (fields.Find(field) is { ValueKind: not JsonValueKind.False } value)
                {
                    throw fields.Error(field, $"{JsonField.Show(value)} asks for a sliding window, which {family} does not have.");
                }
            }

            return null;
        }

        protected override IReadOnlyList<LayerType> ReadTypes(JsonField fields, int layers) => [];

        protected override void WriteWindow(JsonObject json, ModelConfig config) { }
    }

    private sealed class Everywhere : WindowRule
    {
        internal override bool HasFullLayers => false;

        protected override int? ReadWindow(JsonField fields, string family) => WindowOrDefault(fields);

        protected override IReadOnlyList<LayerType> ReadTypes(JsonField fields, int layers) => [];

        protected override void WriteWindow(JsonObject json, ModelConfig config) => json[Window] = config.SlidingWindow;
    }

    private sealed class Later : WindowRule
    {
        internal const string Switch = "use_sliding_window";
        private const string FirstSliding = "max_window_layers";
        private const int DefaultFirst = 28;

        protected override int? ReadWindow(JsonField fields, string family) => fields.Bool(Switch, false) ? WindowOrDefault(fields) : null;

        protected override IReadOnlyList<LayerType> ReadTypes(JsonField fields, int layers)
        {
            int first = fields.Int(FirstSliding, DefaultFirst);
            return [.. Enumerable.Range(0, layers).Select(i => i >= first ? LayerType.SlidingAttention : LayerType.FullAttention)];
        }

        protected override void WriteWindow(JsonObject json, ModelConfig config)
        {
            json[Switch] = config.SlidingWindow is not null;
            if (config.SlidingWindow is { } window)
            {
                json[Window] = window;

                // For versions without layer_types.
                json[FirstSliding] = config.LayerTypes.TakeWhile(type => type == LayerType.FullAttention).Count();
            }
        }
    }
}
