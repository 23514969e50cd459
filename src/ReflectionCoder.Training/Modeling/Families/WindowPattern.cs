using System.Text.Json.Nodes;
using ReflectionCoder.Files;

namespace ReflectionCoder.Modeling.Families;

/// <summary>
/// Every n-th layer has full attention and the others have a window, unless <c>layer_types</c> says otherwise. The older field, which holds
/// n, is written beside that list where it can say the same.
/// </summary>
internal sealed class WindowPattern : WindowRule
{
    private const string Pattern = "sliding_window_pattern";
    private const string Unused = "_" + Pattern; // written by some versions of transformers, read by none
    private const int DefaultPattern = 6;

    /// <inheritdoc/>
    internal override IReadOnlyList<string> Fields => [Pattern, Unused];

    /// <inheritdoc/>
    protected override int? ReadWindow(JsonField fields, string family) => WindowOrDefault(fields);

    /// <inheritdoc/>
    protected override IReadOnlyList<LayerType> ReadTypes(
        JsonField fields,
        IReadOnlyList<LayerType>? listed,
        int? window,
        ModelConfig config
    )
    {
        int layers = config.HiddenLayers;
        foreach (string field in Fields)
        {
            if (fields.OptionalInt(field) is < 1 and var wrong)
            {
                throw fields.Error(field, $"{wrong} is not positive.");
            }
        }

        IReadOnlyList<LayerType> types = listed ?? TypesOf(fields.OptionalInt(Pattern) ?? DefaultPattern, layers);
        foreach (string field in Fields)
        {
            // Versions of transformers disagree on which of the fields counts.
            if (fields.OptionalInt(field) is { } pattern && types.Count == layers && !types.SequenceEqual(TypesOf(pattern, layers)))
            {
                string other = listed is null ? $"{Pattern}, which is {DefaultPattern} where it is absent" : "layer_types";
                throw fields.Error(field, $"{pattern} contradicts {other}.");
            }
        }

        return types;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<LayerType> TypesOf(ModelConfig config) => AllTypesOf(config);

    /// <inheritdoc/>
    protected override void WriteWindow(JsonObject json, ModelConfig config)
    {
        json[Window] = config.SlidingWindow ?? DefaultWindow; // transformers needs a number even where no layer uses it
        json.Remove(Unused);
        IReadOnlyList<LayerType> types = TypesOf(config);
        if (PatternOf(types) is { } pattern)
        {
            json[Pattern] = pattern;
        }
        else
        {
            json.Remove(Pattern);
        }
    }

    /// <summary>The n of layers of which every n-th has full attention; null if there is none.</summary>
    internal static int? PatternOf(IReadOnlyList<LayerType> types)
    {
        int first = types.TakeWhile(type => type == LayerType.SlidingAttention).Count() + 1;
        return ((int[])[DefaultPattern, first]).Where(n => types.SequenceEqual(TypesOf(n, types.Count))).Cast<int?>().FirstOrDefault();
    }

    /// <summary>The types of layers of which every n-th has full attention.</summary>
    /// <param name="pattern">n, at least 1.</param>
    /// <param name="layers">Number of layers.</param>
    internal static IReadOnlyList<LayerType> TypesOf(int pattern, int layers) => TypesWhere(layer => (layer + 1) % pattern != 0, layers);
}
