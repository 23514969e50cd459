using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>
/// activation(gate) · up, such as SwiGLU and GeGLU (arXiv 2002.05202). Backward computes the activation again. Otherwise autograd would
/// keep it, and it is an eighth of a layer's activations.
/// </summary>
internal sealed class GatedUnit : autograd.SingleTensorFunction<GatedUnit>
{
    public override string Name => nameof(GatedUnit);

    /// <summary>Computes the product, in the shape of both.</summary>
    /// <param name="gate_NI">Output of the gate's projection.</param>
    /// <param name="up_NI">Output of the other projection.</param>
    /// <param name="activation">An elementwise function, which draws no random numbers.</param>
    internal static Tensor Apply(Tensor gate_NI, Tensor up_NI, Func<Tensor, Tensor> activation) =>
        is_grad_enabled() ? apply(gate_NI, up_NI, activation) : Compute(gate_NI, up_NI, activation);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor gate_NI, Tensor up_NI, var activation) = ((Tensor)vars[0], (Tensor)vars[1], (Func<Tensor, Tensor>)vars[2]);
        ctx.save_for_backward([gate_NI, up_NI]);
        ctx.save_data(nameof(activation), activation);
        return Compute(gate_NI, up_NI, activation);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        Func<Tensor, Tensor> activation = (Func<Tensor, Tensor>)ctx.get_data(nameof(activation));
        List<Tensor> gradients = Recomputation.Gradients(
            ctx.get_saved_variables(),
            grad_output,
            inputs => Compute(inputs[0], inputs[1], activation)
        );
        return [gradients[0].MoveToOuterDisposeScope(), gradients[1].MoveToOuterDisposeScope(), null!];
    }

    private static Tensor Compute(Tensor gate_NI, Tensor up_NI, Func<Tensor, Tensor> activation)
    {
        using DisposeScope scope = NewDisposeScope();
        return activation(gate_NI).mul(up_NI).MoveToOuterDisposeScope();
    }
}
