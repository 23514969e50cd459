using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Blocks;

/// <summary>
/// Root-mean-square norm: x / rms(x) · weight, or x / rms(x) · (1 + weight). As in Hugging Face, x / rms(x) is computed in at least
/// float32. It is rounded before the weight is applied; but 1 + weight is applied in at least float32, too, and the product is rounded.
/// Backward computes it again from x, which is in memory anyway, because the residual connection keeps it.
/// </summary>
internal sealed class RmsNorm : autograd.SingleTensorFunction<RmsNorm>
{
    public override string Name => nameof(RmsNorm);

    /// <summary>The norm over the last dimension: [N, H], or [N, K, D] head by head.</summary>
    /// <param name="x_NH">What is normalized.</param>
    /// <param name="weight_H">The weight.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    /// <param name="addsOne">Whether the factor is 1 + weight instead of the weight.</param>
    internal static Tensor Apply(Tensor x_NH, Tensor weight_H, double epsilon, bool addsOne = false) =>
        is_grad_enabled() ? apply(x_NH, weight_H, epsilon, addsOne) : Compute(x_NH, weight_H, epsilon, addsOne);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor x_NH, Tensor weight_H) = ((Tensor)vars[0], (Tensor)vars[1]);
        (double epsilon, bool addsOne) = ((double)vars[2], (bool)vars[3]);
        ctx.save_for_backward([x_NH, weight_H]);
        ctx.save_data(nameof(epsilon), epsilon);
        ctx.save_data(nameof(addsOne), addsOne);
        return Compute(x_NH, weight_H, epsilon, addsOne);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        double epsilon = (double)ctx.get_data(nameof(epsilon));
        bool addsOne = (bool)ctx.get_data(nameof(addsOne));
        List<Tensor> gradients = Recomputation.Gradients(
            ctx.get_saved_variables(),
            grad_output,
            inputs => Compute(inputs[0], inputs[1], epsilon, addsOne)
        );
        return [gradients[0].MoveToOuterDisposeScope(), gradients[1].MoveToOuterDisposeScope(), null!, null!];
    }

    private static Tensor Compute(Tensor x_NH, Tensor weight_H, double epsilon, bool addsOne)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType dtype = x_NH.dtype;
        Tensor wide_NH = dtype is ScalarType.BFloat16 or ScalarType.Float16 ? x_NH.to(ScalarType.Float32) : x_NH;
        Tensor scale_N1 = wide_NH.pow(2).mean([-1], keepdim: true).add(epsilon).rsqrt();
        Tensor normed_NH = wide_NH.mul(scale_N1);
        Tensor weighted_NH = addsOne ? normed_NH.mul(weight_H.to(wide_NH.dtype).add(1)).to(dtype) : normed_NH.to(dtype).mul(weight_H);
        return weighted_NH.MoveToOuterDisposeScope();
    }
}
