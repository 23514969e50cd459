using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>
/// A layer's MLP: projections of the hidden states side by side, what is made of them, and the projection back. Shapes: N packed tokens,
/// I intermediate size.
/// </summary>
internal sealed record Mlp
{
    /// <summary>silu(gate) · up.</summary>
    internal static Mlp SwiGlu { get; } =
        new()
        {
            Activations = ["silu", "swish"],
            Inputs = ["gate_proj", "up_proj"],
            Output = "down_proj",
            Combine = inputs => Blocks.SwiGlu.Apply(inputs[0], inputs[1]),
            BackwardWidths = 5,
        };

    /// <summary>Names of its activation in <c>config.json</c>; the first is written.</summary>
    public required IReadOnlyList<string> Activations { get; init; }

    /// <summary>The projections from hidden size to intermediate size, in checkpoint order.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The projection back.</summary>
    public required string Output { get; init; }

    /// <summary>What the projections' outputs, [N, I] each, become, [N, I]. It keeps those outputs for backward and nothing else.</summary>
    public required Func<IReadOnlyList<Tensor>, Tensor> Combine { get; init; }

    /// <summary>Tensors of [N, I] that backward holds beside what is kept, for the memory plan (docs/memory.md).</summary>
    public required int BackwardWidths { get; init; }

    /// <summary>Every projection, in checkpoint order.</summary>
    internal IEnumerable<string> Projections => [.. Inputs, Output];
}
