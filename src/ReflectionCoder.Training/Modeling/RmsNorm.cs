using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>Root-mean-square norm: x / rms(x) · weight, as in Hugging Face computed in at least float32 and rounded before the weight.</summary>
internal static class RmsNorm
{
    internal static Tensor Apply(Tensor x_NH, Tensor weight_H, double epsilon)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType dtype = x_NH.dtype;
        Tensor wide_NH = dtype is ScalarType.BFloat16 or ScalarType.Float16 ? x_NH.to(ScalarType.Float32) : x_NH;
        Tensor scale_N1 = wide_NH.pow(2).mean([-1], keepdim: true).add(epsilon).rsqrt();
        Tensor normed_NH = wide_NH.mul(scale_N1);
        return normed_NH.to(dtype).mul(weight_H).MoveToOuterDisposeScope();
    }
}
