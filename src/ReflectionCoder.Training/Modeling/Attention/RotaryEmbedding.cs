using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling.Attention;

/// <summary>
/// Rotary position embeddings: each pair of elements (i, i + D/2) of a head is rotated by the position times a frequency of
/// <see cref="RotaryFrequencies"/>.
/// </summary>
/// <remarks>
/// As in Hugging Face the angles are float32 whatever the model's dtype, but float64 for a float64 model. With dynamic scaling the
/// frequencies of a row depend on the length of this row alone. Keys in a cache keep the angles that they had when they came.
/// </remarks>
internal sealed class RotaryEmbedding(ModelConfig config) : IDisposable
{
    private readonly Dictionary<(ScalarType, DeviceType, int), Tensor> frequencies = [];
    private readonly double attentionFactor = RotaryFrequencies.AttentionFactor(config.RopeScaling);

    /// <summary>Computes cosines and sines for the positions, [N, D/2] each, in the model's dtype.</summary>
    /// <param name="positions_N">Position ids.</param>
    /// <param name="rows">The same position ids by rows; only dynamic scaling needs them.</param>
    /// <param name="dtype">The model's dtype.</param>
    internal (Tensor Cos_ND, Tensor Sin_ND) Compute(Tensor positions_N, RowPositions? rows, ScalarType dtype)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        ScalarType angleType = dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor rates =
            rows is not null && IsStretched(rows)
                ? RowFrequencies(rows, angleType, positions_N.device)
                : Frequencies(angleType, positions_N.device);
        Tensor angles_ND = positions_N.to(angleType).unsqueeze(-1).mul(rates);
        (Tensor cos_ND, Tensor sin_ND) = (angles_ND.cos(), angles_ND.sin());
        if (attentionFactor != 1)
        {
            (cos_ND, sin_ND) = (cos_ND.mul(attentionFactor), sin_ND.mul(attentionFactor));
        }

        return scope.MoveToOuter(cos_ND.to(dtype), sin_ND.to(dtype));
    }

    /// <summary>Rotates heads by the angles.</summary>
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

    private bool IsStretched(RowPositions rows) =>
        config.RopeScaling is { Type: RopeType.Dynamic } && rows.High >= config.MaxPositionEmbeddings;

    /// <summary>Frequencies for each token, which follow from the length of its row, [N, D/2].</summary>
    private Tensor RowFrequencies(RowPositions rows, ScalarType dtype, Device device)
    {
        double[] values =
        [
            .. Enumerable.Range(0, rows.Rows).SelectMany(row => RotaryFrequencies.Compute(config, rows.SequenceLength(row))),
        ];
        Tensor byRow = tensor(values, [rows.Rows, config.HeadDimension / 2]).to(dtype, device);
        return byRow.index_select(0, tensor(rows.RowOfToken, device: device));
    }

    private Tensor Frequencies(ScalarType dtype, Device device)
    {
        if (!frequencies.TryGetValue((dtype, device.type, device.index), out Tensor? known))
        {
            using DisposeScope scope = NewDisposeScope();
            known = tensor(RotaryFrequencies.Compute(config, sequenceLength: 1)).to(dtype, device).DetachFromDisposeScope();
            frequencies.Add((dtype, device.type, device.index), known);
        }

        return known;
    }
}
