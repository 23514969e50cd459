using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>
/// The MLP of a layer: some projections of the hidden states, a function that combines their outputs, and a projection back. Shapes: N
/// packed tokens, I intermediate size.
/// </summary>
internal sealed record Mlp
{
    /// <summary>silu(gate) · up.</summary>
    internal static Mlp SwiGlu { get; } = Gated(["silu", "swish"], gate => nn.functional.silu(gate));

    /// <summary>gelu(gate) · up, with the approximation by tanh.</summary>
    internal static Mlp GeGlu { get; } = Gated(["gelu_pytorch_tanh"], GeluByTanh);

    /// <summary>gelu(x), with the approximation by tanh; no gate.</summary>
    internal static Mlp Gelu { get; } =
        new()
        {
            Activations = ["gelu_pytorch_tanh"],
            Inputs = ["c_fc"],
            Output = "c_proj",
            Combine = inputs => GeluByTanh(inputs[0]),
            BackwardWidths = 2,
            LeavesInputs = false,
        };

    /// <summary>Names of the activation in <c>config.json</c>. The first is the one that is written.</summary>
    public required IReadOnlyList<string> Activations { get; init; }

    /// <summary>Names of the projections from hidden size to intermediate size, in the order of a checkpoint.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Name of the projection back.</summary>
    public required string Output { get; init; }

    /// <summary>
    /// Combines the outputs of the projections, [N, I] each, to one tensor [N, I]. It must keep nothing for backward but those outputs.
    /// </summary>
    public required Func<IReadOnlyList<Tensor>, Tensor> Combine { get; init; }

    /// <summary>
    /// How many tensors of [N, I] backward holds in addition to what forward has kept, for the memory plan (docs/memory.md).
    /// </summary>
    public required int BackwardWidths { get; init; }

    /// <summary>
    /// Whether what <see cref="Combine"/> is given, and the gradients of it, stay in memory until the whole backward pass is done, as a
    /// custom function of autograd leaves them (docs/memory.md).
    /// </summary>
    internal bool LeavesInputs { get; init; } = true;

    /// <summary>Names of all projections, in the order of a checkpoint.</summary>
    internal IEnumerable<string> Projections => [.. Inputs, Output];

    private static Mlp Gated(IReadOnlyList<string> activations, Func<Tensor, Tensor> activation) =>
        new()
        {
            Activations = activations,
            Inputs = ["gate_proj", "up_proj"],
            Output = "down_proj",
            Combine = inputs => GatedUnit.Apply(inputs[0], inputs[1], activation),
            BackwardWidths = 5,
        };

    private static Tensor GeluByTanh(Tensor x) => nn.functional.gelu(x, GELU.Approximate.tanh);
}
