using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Pretrained;

/// <summary>Tells weights from others by a few numbers of each, which takes no time to speak of.</summary>
internal static class WeightFingerprint
{
    private const long SamplesPerWeight = 64;

    /// <summary>Names, sizes and sampled numbers as twelve hexadecimal digits.</summary>
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
