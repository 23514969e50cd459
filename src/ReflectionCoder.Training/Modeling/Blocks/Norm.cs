using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>A way of norming hidden states over their last dimension.</summary>
/// <param name="EpsilonField">The field of <c>config.json</c> that holds its epsilon.</param>
/// <param name="Tensors">Its tensors behind the norm's name, each as wide as what is normed.</param>
/// <param name="Function">What it computes of the states, its tensors in that order, and epsilon.</param>
internal sealed record Norm(
    string EpsilonField,
    IReadOnlyList<string> Tensors,
    Func<Tensor, IReadOnlyList<Tensor>, double, Tensor> Function
)
{
    /// <summary>Root-mean-square norm with a weight.</summary>
    internal static Norm Rms { get; } = new("rms_norm_eps", ["weight"], (x, tensors, epsilon) => RmsNorm.Apply(x, tensors[0], epsilon));

    /// <summary>Names and shapes of the tensors of one norm.</summary>
    internal IEnumerable<(string Name, long[] Shape)> Shapes(string name, long width) =>
        Tensors.Select(tensor => ($"{name}.{tensor}", (long[])[width]));

    /// <summary>Norms states by the tensors of a name.</summary>
    internal Tensor Apply(Tensor x, IReadOnlyDictionary<string, Tensor> weights, string name, double epsilon) =>
        Function(x, [.. Tensors.Select(tensor => weights[$"{name}.{tensor}"])], epsilon);
}

/// <summary>Where the norms of a layer stand, under the names of the checkpoint.</summary>
/// <param name="BeforeAttention">Norms what attention reads.</param>
/// <param name="BeforeMlp">Norms what the MLP reads.</param>
internal sealed record LayerNorms(string BeforeAttention, string BeforeMlp)
{
    /// <summary>Norms in front of attention and MLP, as in Llama.</summary>
    internal static LayerNorms Before { get; } = new("input_layernorm", "post_attention_layernorm");

    /// <summary>Norms what attention gives, before it is added; null for none.</summary>
    internal string? AfterAttention { get; init; }

    /// <summary>Norms what the MLP gives, before it is added; null for none.</summary>
    internal string? AfterMlp { get; init; }

    /// <summary>All of them, in checkpoint order.</summary>
    internal IReadOnlyList<string> Names => [.. ((string?[])[BeforeAttention, AfterAttention, BeforeMlp, AfterMlp]).OfType<string>()];
}
