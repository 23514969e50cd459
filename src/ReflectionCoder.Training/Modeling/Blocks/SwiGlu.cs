using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>
/// silu(gate) · up (arXiv 2002.05202). Backward computes silu again. Otherwise autograd would keep it, and it is an eighth of a layer's
/// activations.
/// </summary>
internal sealed class SwiGlu : autograd.SingleTensorFunction<SwiGlu>
{
    public override string Name => nameof(SwiGlu);

    /// <summary>Computes the product, in the shape of both.</summary>
    internal static Tensor Apply(Tensor gate_NI, Tensor up_NI) => is_grad_enabled() ? apply(gate_NI, up_NI) : Compute(gate_NI, up_NI);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor gate_NI, Tensor up_NI) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_for_backward([gate_NI, up_NI]);
        return Compute(gate_NI, up_NI);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> gradients = Recomputation.Gradients(ctx.get_saved_variables(), grad_output, inputs => Compute(inputs[0], inputs[1]));
        return [.. gradients.Select(gradient => gradient.MoveToOuterDisposeScope())];
    }

    private static Tensor Compute(Tensor gate_NI, Tensor up_NI)
    {
        using DisposeScope scope = NewDisposeScope();
        return nn.functional.silu(gate_NI).mul(up_NI).MoveToOuterDisposeScope();
    }
}
