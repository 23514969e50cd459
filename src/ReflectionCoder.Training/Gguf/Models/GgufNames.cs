using System.Globalization;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Gguf.Models;

/// <summary>Names of a model's tensors in a file.</summary>
internal static class GgufNames
{
    /// <summary>The factors of Llama 3's rotary frequencies, a tensor that checkpoints don't have.</summary>
    internal const string RopeFactors = "rope_freqs.weight";

    /// <summary>Name of the input embedding, whose rows are the vocabulary.</summary>
    internal const string InputEmbedding = "token_embd.weight";

    /// <summary>Name of the output projection.</summary>
    internal const string OutputWeight = "output.weight";

    /// <summary>The weights of a model: names in a checkpoint, names in the file, and shapes, in the order of a checkpoint.</summary>
    internal static IEnumerable<(string Name, string GgufName, long[] Shape)> Weights(ModelConfig config, GgufForm form) =>
        WeightNames.Shapes(config).Select(weight => (weight.Name, Of(weight.Name, form), weight.Shape));

    /// <summary>Name in the file of a weight's name in a checkpoint.</summary>
    internal static string Of(string name, GgufForm form)
    {
        if (name is WeightNames.InputEmbedding or WeightNames.OutputWeight)
        {
            return name == WeightNames.InputEmbedding ? InputEmbedding : OutputWeight;
        }

        int dot = name.LastIndexOf('.');
        (string part, string kind) = (name[..dot], name[dot..]);
        if (part == WeightNames.FinalNorm)
        {
            return "output_norm" + kind;
        }

        (int layer, string inner) = SplitLayer(part);
        return string.Create(CultureInfo.InvariantCulture, $"{Layer(layer)}{form.LayerNames[inner]}{kind}");
    }

    /// <summary>What the names of a layer's tensors begin with.</summary>
    internal static string Layer(int index) => string.Create(CultureInfo.InvariantCulture, $"blk.{index}.");

    /// <summary>Whether a weight's rows are reordered, by its name in a checkpoint.</summary>
    internal static bool IsReordered(string name, GgufForm form) =>
        form.PairsNeighbours
        && (
            name.Contains(WeightNames.Attention + "q_proj.", StringComparison.Ordinal)
            || name.Contains(WeightNames.Attention + "k_proj.", StringComparison.Ordinal)
        );

    private static (int Layer, string Part) SplitLayer(string part)
    {
        const string prefix = "model.layers.";
        int end = part.IndexOf('.', prefix.Length);
        return (int.Parse(part.AsSpan(prefix.Length, end - prefix.Length), CultureInfo.InvariantCulture), part[(end + 1)..]);
    }
}
