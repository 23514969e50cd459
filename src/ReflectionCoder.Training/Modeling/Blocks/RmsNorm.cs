using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>
/// Root-mean-square norm: x / rms(x) · weight. As in Hugging Face, x / rms(x) is computed in at least float32, and rounded before the
/// weight is applied. Backward computes it again from x, which is in memory anyway, because the residual connection keeps it.
/// </summary>
internal sealed class RmsNorm : autograd.SingleTensorFunction<RmsNorm>
{
    public override string Name => nameof(RmsNorm);

    /// <summary>The norm over the last dimension: [N, H], or [N, K, D] head by head.</summary>
    internal static Tensor Apply(Tensor x_NH, Tensor weight_H, double epsilon) =>
        is_grad_enabled() ? apply(x_NH, weight_H, epsilon) : Compute(x_NH, weight_H, epsilon);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor x_NH, Tensor weight_H, double epsilon) = ((Tensor)vars[0], (Tensor)vars[1], (double)vars[2]);
        ctx.save_for_backward([x_NH, weight_H]);
        ctx.save_data(nameof(epsilon), epsilon);
        return Compute(x_NH, weight_H, epsilon);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        double epsilon = (double)ctx.get_data(nameof(epsilon));
        List<Tensor> gradients = Recomputation.Gradients(
            ctx.get_saved_variables(),
            grad_output,
            inputs => Compute(inputs[0], inputs[1], epsilon)
        );
        return [gradients[0].MoveToOuterDisposeScope(), gradients[1].MoveToOuterDisposeScope(), null!];
    }

    private static Tensor Compute(Tensor x_NH, Tensor weight_H, double epsilon)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType dtype = x_NH.dtype;
        Tensor wide_NH = dtype is ScalarType.BFloat16 or ScalarType.Float16 ? x_NH.to(ScalarType.Float32) : x_NH;
        Tensor scale_N1 = wide_NH.pow(2).mean([-1], keepdim: true).add(epsilon).rsqrt();
        Tensor normed_NH = wide_NH.mul(scale_N1);
        return normed_NH.to(dtype).mul(weight_H).MoveToOuterDisposeScope();
    }
}
