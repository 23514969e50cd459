using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>Rotary position embeddings: pairs (i, i + D/2) of a head turn by position · θ^(-2i/D); linear scaling divides positions (arXiv 2306.15595).</summary>
/// <remarks>As in Hugging Face the angles are float32 whatever the model's dtype; a float64 model has float64 angles.</remarks>
internal sealed class RotaryEmbedding(ModelConfig config) : IDisposable
{
    private readonly Dictionary<(ScalarType, DeviceType, int), Tensor> frequencies = [];

    /// <summary>Cosines and sines of the positions, [N, D/2] each, in the model's dtype.</summary>
    internal (Tensor Cos_ND, Tensor Sin_ND) Compute(Tensor positions_N, ScalarType dtype)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ScalarType angleType = dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor scaled_N1 = positions_N.to(angleType).div(config.RopeScalingFactor).unsqueeze(-1);
        Tensor angles_ND = scaled_N1.mul(Frequencies(angleType, positions_N.device));
        return scope.MoveToOuter(angles_ND.cos().to(dtype), angles_ND.sin().to(dtype));
    }

    /// <summary>Turns heads by the angles.</summary>
    internal static Tensor Rotate(Tensor x_NKD, Tensor cos_ND, Tensor sin_ND)
    {
        using DisposeScope scope = NewDisposeScope();
        long half = x_NKD.shape[2] / 2;
        (Tensor first, Tensor second) = (x_NKD.narrow(2, 0, half), x_NKD.narrow(2, half, half));
        (Tensor cos_N1D, Tensor sin_N1D) = (cos_ND.unsqueeze(1), sin_ND.unsqueeze(1));
        Tensor turnedFirst = first.mul(cos_N1D).sub(second.mul(sin_N1D));
        Tensor turnedSecond = second.mul(cos_N1D).add(first.mul(sin_N1D));
        return cat([turnedFirst, turnedSecond], 2).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor tensor in frequencies.Values)
        {
            tensor.Dispose();
        }
    }

    private Tensor Frequencies(ScalarType dtype, Device device)
    {
        if (!frequencies.TryGetValue((dtype, device.type, device.index), out Tensor? known))
        {
            var values = new double[config.HeadDimension / 2];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = 1 / Math.Pow(config.RopeTheta, 2.0 * i / config.HeadDimension);
            }

            using DisposeScope scope = NewDisposeScope();
            known = tensor(values).to(dtype, device).DetachFromDisposeScope();
            frequencies.Add((dtype, device.type, device.index), known);
        }

        return known;
    }
}
