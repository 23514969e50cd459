using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Adapters;

/// <summary>The two matrices of an adapted projection.</summary>
/// <param name="Index">Index among the adapted projections, from 0.</param>
/// <param name="A">[r, in].</param>
/// <param name="B">[out, r].</param>
internal sealed record LoraPair(int Index, Tensor A, Tensor B);

/// <summary>
/// The update of a projection's output: scaling · dropout(x)·Aᵀ·Bᵀ, in the type of x. With dropout, backward draws the mask again from its
/// seed. Otherwise autograd would keep a mask and a masked copy of x for each projection.
/// </summary>
internal sealed class LoraUpdate : autograd.SingleTensorFunction<LoraUpdate>
{
    public override string Name => nameof(LoraUpdate);

    /// <summary>The update with dropout, [N, out].</summary>
    internal static Tensor WithDropout(Tensor x, LoraPair pair, LoraOptions options, ulong seed)
    {
        Dropped dropped = new(options.Scaling, options.Dropout, seed);
        return is_grad_enabled() ? apply(x, pair.A, pair.B, dropped) : Compute(x, pair.A, pair.B, dropped);
    }

    /// <summary>The update without dropout, [N, out].</summary>
    internal static Tensor Compute(Tensor x, Tensor a, Tensor b, double scaling)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inner_NR = x.mm(a.to(x.dtype).transpose(0, 1)).mul(scaling);
        return inner_NR.mm(b.to(x.dtype).transpose(0, 1)).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor x, Tensor a, Tensor b, Dropped dropped) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Dropped)vars[3]);
        ctx.save_for_backward([x, a, b]);
        ctx.save_data(nameof(Dropped), dropped);
        return Compute(x, a, b, dropped);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        var dropped = (Dropped)ctx.get_data(nameof(Dropped));
        List<Tensor> gradients = Recomputation.Gradients(
            ctx.get_saved_variables(),
            grad_output,
            inputs => Compute(inputs[0], inputs[1], inputs[2], dropped)
        );
        return [.. gradients.Select(gradient => gradient.MoveToOuterDisposeScope()), null!];
    }

    private static Tensor Compute(Tensor x, Tensor a, Tensor b, Dropped dropped)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(dropped.Seed, x.device);
        double kept = 1 - dropped.Probability;
        Tensor mask = empty(x.shape, dtype: x.dtype, device: x.device).bernoulli_(kept, generator).div_(kept);
        return Compute(x.mul(mask), a, b, dropped.Scaling).MoveToOuterDisposeScope();
    }

    private sealed record Dropped(double Scaling, double Probability, ulong Seed);
}
