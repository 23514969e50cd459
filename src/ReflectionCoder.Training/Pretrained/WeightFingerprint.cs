using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>A short hash of weights. It uses only a few numbers of each weight, so that it is fast with large models too.</summary>
internal static class WeightFingerprint
{
    private const long SamplesPerWeight = 64;

    /// <summary>Hashes names, sizes and evenly spaced numbers of the weights.</summary>
    /// <returns>Twelve hexadecimal digits.</returns>
    internal static string Of(IEnumerable<KeyValuePair<string, Tensor>> weights)
    {
        using IDisposable noGradient = no_grad();
        StringBuilder text = new();
        foreach ((string name, Tensor weight) in weights)
        {
            using DisposeScope scope = NewDisposeScope();
            long stride = Math.Max(1, weight.numel() / SamplesPerWeight);
            Tensor places = arange(0, weight.numel(), stride, dtype: ScalarType.Int64, device: weight.device);
            Tensor sampled = weight.detach().reshape(-1).index_select(0, places).to(ScalarType.Float64).cpu();
            text.Append(CultureInfo.InvariantCulture, $"{name} {weight.numel()} {string.Join(' ', sampled.data<double>().ToArray())}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }
}
