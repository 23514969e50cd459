using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>A kind of norm. It normalizes hidden states over their last dimension.</summary>
/// <param name="EpsilonField">The field of <c>config.json</c> that holds its epsilon.</param>
/// <param name="Tensors">Names of its tensors, which follow the name of the norm. Each is as wide as the hidden states.</param>
/// <param name="Function">Computes the norm from the states, the tensors in this order, and epsilon.</param>
internal sealed record Norm(
    string EpsilonField,
    IReadOnlyList<string> Tensors,
    Func<Tensor, IReadOnlyList<Tensor>, double, Tensor> Function
)
{
    /// <summary>Root-mean-square norm with a weight.</summary>
    internal static Norm Rms { get; } = new("rms_norm_eps", ["weight"], (x, tensors, epsilon) => RmsNorm.Apply(x, tensors[0], epsilon));

    /// <summary>Root-mean-square norm with the factor 1 + weight, as in Gemma.</summary>
    internal static Norm RmsOnePlus { get; } =
        new("rms_norm_eps", ["weight"], (x, tensors, epsilon) => RmsNorm.Apply(x, tensors[0], epsilon, addsOne: true))
        {
            FreshWeight = 0,
            AddsOne = true,
        };

    /// <summary>Layer norm with a weight and a bias, torch's own.</summary>
    internal static Norm Layer { get; } =
        new(
            "norm_epsilon",
            ["weight", "bias"],
            (x, tensors, epsilon) => nn.functional.layer_norm(x, [x.shape[^1]], tensors[0], tensors[1], epsilon)
        )
        {
            LeavesInput = false,
        };

    /// <summary>Value of the elements of a fresh weight, with which the norm doesn't scale. Those of a bias are 0.</summary>
    internal double FreshWeight { get; init; } = 1;

    /// <summary>Whether states are multiplied by 1 + weight.</summary>
    internal bool AddsOne { get; init; }

    /// <summary>
    /// Whether its input, and that one's gradient, stay in memory until the whole backward pass is done, as a custom function of autograd
    /// leaves them (docs/memory.md).
    /// </summary>
    internal bool LeavesInput { get; init; } = true;

    /// <summary>Names and shapes of the tensors of one norm.</summary>
    internal IEnumerable<(string Name, long[] Shape)> Shapes(string name, long width) =>
        Tensors.Select(tensor => ($"{name}.{tensor}", (long[])[width]));

    /// <summary>Normalizes states with the tensors of the norm of this name.</summary>
    internal Tensor Apply(Tensor x, IReadOnlyDictionary<string, Tensor> weights, string name, double epsilon) =>
        Function(x, [.. Tensors.Select(tensor => weights[$"{name}.{tensor}"])], epsilon);
}

/// <summary>Where in a layer norms are, and their names in a checkpoint.</summary>
/// <param name="BeforeAttention">Name of the norm in front of attention.</param>
/// <param name="BeforeMlp">Name of the norm in front of the MLP.</param>
internal sealed record LayerNorms(string BeforeAttention, string BeforeMlp)
{
    /// <summary>Norms in front of attention and MLP, as in Llama.</summary>
    internal static LayerNorms Before { get; } = new("input_layernorm", "post_attention_layernorm");

    /// <summary>Name of the norm of attention's output, before that is added; null for none.</summary>
    internal string? AfterAttention { get; init; }

    /// <summary>Name of the norm of the MLP's output, before that is added; null for none.</summary>
    internal string? AfterMlp { get; init; }

    /// <summary>Names of all norms, in the order of a checkpoint.</summary>
    internal IReadOnlyList<string> Names => [.. ((string?[])[BeforeAttention, AfterAttention, BeforeMlp, AfterMlp]).OfType<string>()];
}
