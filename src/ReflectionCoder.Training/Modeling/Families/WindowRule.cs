using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;

namespace ReflectionCoder.Modeling.Families;

/// <summary>Says which layers of a family have a sliding window, and reads and writes Hugging Face's JSON for it.</summary>
internal abstract class WindowRule
{
    private const string Full = "full_attention";
    private const string Sliding = "sliding_attention";
    private const string Types = "layer_types";

    /// <summary>No layer has a window; fields that ask for one are refused.</summary>
    internal static WindowRule None { get; } = new Nowhere();

    /// <summary>All layers have the window of <c>sliding_window</c>; of 4096 tokens where the file doesn't have the field.</summary>
    internal static WindowRule EveryLayer { get; } = new Everywhere(DefaultWindow);

    /// <summary>All layers have the window of <c>sliding_window</c>; none where the file doesn't have the field.</summary>
    internal static WindowRule EveryLayerIfAsked { get; } = new Everywhere(null);

    /// <summary>
    /// The layers have it that <c>layer_types</c> names, or those from <c>max_window_layers</c> on; and only if <c>use_sliding_window</c>
    /// is true.
    /// </summary>
    internal static WindowRule LaterLayers { get; } = new Later();

    /// <summary>
    /// The layers without rotary embeddings have it, or those that <c>layer_types</c> names; and only if <c>use_sliding_window</c> is true.
    /// </summary>
    internal static WindowRule LayersWithoutRope { get; } = new WithoutRope();

    /// <summary>All layers have it but every sixth, or but those that <c>layer_types</c> or <c>sliding_window_pattern</c> names.</summary>
    internal static WindowRule AllButEveryNth { get; } = new WindowPattern();

    /// <summary>The field without which some families have no window.</summary>
    protected const string Switch = "use_sliding_window";

    /// <summary>The field with the width of the window.</summary>
    protected const string Window = "sliding_window";

    /// <summary>The width that transformers assumes where a file doesn't have the field.</summary>
    protected const int DefaultWindow = 4096;

    /// <summary>Reads the window and the types of the layers. The types are empty where the rule itself decides them.</summary>
    /// <param name="fields">The file.</param>
    /// <param name="config">What is read already, among it the number of layers and which have rotary embeddings.</param>
    internal (int? Window, IReadOnlyList<LayerType> Types) Read(JsonField fields, ModelConfig config)
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
            throw fields.Error(Types, $"has no entries for {config.HiddenLayers} layers.");
        }

        int? window = ReadWindow(fields, config.Family.Name);
        return (window, ReadTypes(fields, types, window, config));
    }

    /// <summary>Writes the window and the types of the layers.</summary>
    internal void Write(JsonObject json, ModelConfig config)
    {
        if (TypesOf(config) is { Count: > 0 } types)
        {
            IEnumerable<string> names = types.Select(type => type == LayerType.SlidingAttention ? Sliding : Full);
            json[Types] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]);
        }
        else
        {
            json.Remove(Types);
        }

        WriteWindow(json, config);
    }

    /// <summary>Fields that only this rule reads.</summary>
    internal virtual IReadOnlyList<string> Fields => [];

    /// <summary>Whether the family can have a window.</summary>
    internal virtual bool HasWindow => true;

    /// <summary>Whether some layers can have full attention while others have a window.</summary>
    internal virtual bool HasFullLayers => true;

    /// <summary>Reads the width of the window; null where no window applies.</summary>
    protected abstract int? ReadWindow(JsonField fields, string family);

    /// <summary>Finds the types of the layers; empty where the rule itself decides them.</summary>
    /// <param name="fields">The file.</param>
    /// <param name="listed">The types that the file lists, at least one; null where it lists none.</param>
    /// <param name="window">Width of the window; null where no window applies.</param>
    /// <param name="config">What is read already.</param>
    protected virtual IReadOnlyList<LayerType> ReadTypes(
        JsonField fields,
        IReadOnlyList<LayerType>? listed,
        int? window,
        ModelConfig config
    ) => listed ?? [];

    /// <summary>The types of the layers that are written; empty to write none.</summary>
    protected virtual IReadOnlyList<LayerType> TypesOf(ModelConfig config) => config.LayerTypes;

    /// <summary>Writes the width of the window.</summary>
    protected abstract void WriteWindow(JsonObject json, ModelConfig config);

    /// <summary>The width in the file, or transformers' default where the file doesn't have the field.</summary>
    protected static int? WindowOrDefault(JsonField fields) => fields.Has(Window) ? fields.OptionalInt(Window) : DefaultWindow;

    /// <summary>The type of each layer, said even where the configuration has no list of them.</summary>
    internal static IReadOnlyList<LayerType> AllTypesOf(ModelConfig config) =>
        config.LayerTypes.Count > 0 ? config.LayerTypes : TypesWhere(_ => config.SlidingWindow is not null, config.HiddenLayers);

    /// <summary>The types of so many layers, of which some slide.</summary>
    protected static IReadOnlyList<LayerType> TypesWhere(Func<int, bool> slides, int layers) =>
        [.. Enumerable.Range(0, layers).Select(layer => slides(layer) ? LayerType.SlidingAttention : LayerType.FullAttention)];

    private sealed class Nowhere : WindowRule
    {
        internal override bool HasWindow => false;

        protected override int? ReadWindow(JsonField fields, string family)
        {
            foreach (string field in (string[])[Window, Switch])
            {
                if (fields.Find(field) is { ValueKind: not JsonValueKind.False } value)
                {
                    throw fields.Error(field, $"{JsonField.Show(value)} asks for a sliding window, which {family} does not have.");
                }
            }

            return null;
        }

        protected override void WriteWindow(JsonObject json, ModelConfig config) { }
    }

    private sealed class Everywhere(int? otherwise) : WindowRule
    {
        internal override bool HasFullLayers => false;

        protected override int? ReadWindow(JsonField fields, string family) => fields.Has(Window) ? fields.OptionalInt(Window) : otherwise;

        protected override void WriteWindow(JsonObject json, ModelConfig config) => json[Window] = config.SlidingWindow;
    }

    private sealed class Later : WindowRule
    {
        private const string FirstSliding = "max_window_layers";
        private const int DefaultFirst = 28;

        protected override int? ReadWindow(JsonField fields, string family) => fields.Bool(Switch, false) ? WindowOrDefault(fields) : null;

        protected override IReadOnlyList<LayerType> ReadTypes(
            JsonField fields,
            IReadOnlyList<LayerType>? listed,
            int? window,
            ModelConfig config
        )
        {
            if (listed is not null || window is null)
            {
                return listed ?? [];
            }

            int first = fields.Int(FirstSliding, DefaultFirst);
            return TypesWhere(layer => layer >= first, config.HiddenLayers);
        }

        protected override void WriteWindow(JsonObject json, ModelConfig config)
        {
            json[Switch] = config.SlidingWindow is not null;
            if (config.SlidingWindow is { } window)
            {
                json[Window] = window;

                // Older versions of transformers don't know layer_types.
                json[FirstSliding] = config.LayerTypes.TakeWhile(type => type == LayerType.FullAttention).Count();
            }
        }
    }

    private sealed class WithoutRope : WindowRule
    {
        // Unlike in Later, no width means no window.
        protected override int? ReadWindow(JsonField fields, string family) =>
            fields.Bool(Switch, false) ? fields.OptionalInt(Window) : null;

        protected override IReadOnlyList<LayerType> ReadTypes(
            JsonField fields,
            IReadOnlyList<LayerType>? listed,
            int? window,
            ModelConfig config
        ) => listed ?? (window is null ? [] : TypesWhere(layer => !config.HasRope(layer), config.HiddenLayers));

        // Without a list the file would say that only layers without rotary embeddings slide.
        protected override IReadOnlyList<LayerType> TypesOf(ModelConfig config) =>
            config.SlidingWindow is null ? config.LayerTypes : AllTypesOf(config);

        protected override void WriteWindow(JsonObject json, ModelConfig config)
        {
            json[Switch] = config.SlidingWindow is not null;
            json[Window] = config.SlidingWindow;
        }
    }
}
