using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Files;

namespace ReflectionCoder.Modeling.Families;

/// <summary>
/// Which layers have no rotary embeddings, as Hugging Face's JSON says it. Attention in such a layer (NoPE, arXiv 2305.19466) knows the
/// order of tokens by its mask alone, which is causal and may have a window.
/// </summary>
internal static class NoRopeLayers
{
    /// <summary>One entry a layer, which is 0 in a layer without.</summary>
    internal const string List = "no_rope_layers";

    /// <summary>Every how many layers one is without, where the file has no list.</summary>
    private const string Interval = "no_rope_layer_interval";

    /// <summary>The fields that are read here.</summary>
    internal static IReadOnlyList<string> Fields { get; } = [List, Interval];

    /// <summary>Reads for each layer whether it has rotary embeddings.</summary>
    /// <param name="fields">The file.</param>
    /// <param name="family">The family; all layers of most have them, and none of these fields.</param>
    /// <param name="layers">Number of layers, already checked.</param>
    /// <returns>An entry for each layer; empty if the family has no layers without.</returns>
    internal static IReadOnlyList<bool> Read(JsonField fields, ModelFamily family, int layers)
    {
        if (family.NoRopeInterval is not { } usual)
        {
            return [];
        }

        if (fields.Find(List) is not { } list)
        {
            int interval = fields.Int(Interval, usual);
            return interval > 0 ? AllButEvery(interval, layers) : throw fields.Error(Interval, $"{interval} is not positive.");
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw fields.Error(List, $"{JsonField.Show(list)} is no list of 0 and 1.");
        }

        IReadOnlyList<int> listed = fields.Ints(List);
        if (listed.Count < layers)
        {
            throw fields.Error(List, $"has {listed.Count} entries for {layers} layers.");
        }

        // transformers passes over what a longer list has for layers that aren't there
        return
        [
            .. listed
                .Take(layers)
                .Select(entry => entry is 0 or 1 ? entry == 1 : throw fields.Error(List, $"{entry} is not supported; expected 0 or 1.")),
        ];
    }

    /// <summary>Writes the list, and takes the interval away, which then says nothing.</summary>
    internal static void Write(JsonObject json, ModelConfig config)
    {
        if (config.Family.NoRopeInterval is not null)
        {
            IEnumerable<bool> rotary = config.RotaryLayers.Count > 0 ? config.RotaryLayers : Enumerable.Repeat(true, config.HiddenLayers);
            json[List] = new JsonArray([.. rotary.Select(isRotary => isRotary ? 1 : 0)]);
            json.Remove(Interval);
        }
    }

    /// <summary>The layers of which every n-th has no rotary embeddings.</summary>
    internal static IReadOnlyList<bool> AllButEvery(int interval, int layers) =>
        [.. Enumerable.Range(1, layers).Select(layer => layer % interval != 0)];
}
