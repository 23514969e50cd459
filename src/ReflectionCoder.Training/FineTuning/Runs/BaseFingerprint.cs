using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ReflectionCoder.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Runs;

/// <summary>
/// Tells one base model from another by a few numbers of each weight, for an adapter's checkpoint holds no base. The embeddings are left out:
/// a run writes its marker rows there.
/// </summary>
internal static class BaseFingerprint
{
    private const long SamplesPerWeight = 64;

    public static string Of(CausalLanguageModel model)
    {
        using IDisposable noGradient = no_grad();
        StringBuilder text = new();
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            if (ReferenceEquals(weight, model.InputEmbedding) || ReferenceEquals(weight, model.OutputWeight))
            {
                continue;
            }

            using DisposeScope scope = NewDisposeScope();
            long stride = Math.Max(1, weight.numel() / SamplesPerWeight);
            Tensor places = arange(0, weight.numel(), stride, dtype: ScalarType.Int64, device: weight.device);
            Tensor sampled = weight.detach().reshape(-1).index_select(0, places).to(ScalarType.Float64).cpu();
            text.Append(CultureInfo.InvariantCulture, $"{name} {weight.numel()} {string.Join(' ', sampled.data<double>().ToArray())}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }
}
