using ReflectionCoder.Modeling;

namespace ReflectionCoder.Gguf.Models;

/// <summary>
/// Llama 3's scaling of rotary frequencies as the format has it: a divisor for each pair of elements (Llama 3.1, and
/// <c>LlamaModel</c> of llama.cpp's converter).
/// </summary>
internal static class RopeFactors
{
    /// <summary>The original length of Llama 3.1 and its successors. It is tried first, because others may give the same
    /// divisors.</summary>
    private const int PublishedLength = 8192;

    /// <summary>Computes the divisors, [D/2].</summary>
    /// <param name="config">The configuration, with scaling of type <c>llama3</c>.</param>
    internal static float[] Compute(ModelConfig config)
    {
        RopeScaling scaling = config.RopeScaling!;
        double original = scaling.OriginalMaxPositionEmbeddings ?? config.MaxPositionEmbeddings;
        (double low, double high) = (scaling.LowFrequencyFactor, scaling.HighFrequencyFactor);
        var factors = new float[config.HeadDimension / 2];
        for (int i = 0; i < factors.Length; i++)
        {
            double wavelength = 2 * Math.PI * Math.Pow(config.RopeTheta, 2.0 * i / config.HeadDimension);
            double smooth = ((original / wavelength) - low) / (high - low);
            factors[i] = (float)(
                wavelength < original / high ? 1
                : wavelength > original / low ? scaling.Factor
                : 1 / (((1 - smooth) / scaling.Factor) + smooth)
            );
        }

        return factors;
    }

    /// <summary>
    /// Finds the scaling that has given divisors. They don't name it, so the published ones are tried (factors of 1 and 4, original lengths
    /// that are powers of two); null where none of them gives these divisors.
    /// </summary>
    /// <param name="config">The configuration without scaling.</param>
    /// <param name="factors">The divisors, [D/2], all finite.</param>
    internal static RopeScaling? Find(ModelConfig config, IReadOnlyList<float> factors)
    {
        const double tolerance = 1e-5;
        double factor = factors.Max();
        if (!(factor >= 1))
        {
            return null;
        }

        foreach (int original in Enumerable.Range(4, 17).Select(bits => 1 << bits).Prepend(PublishedLength))
        {
            RopeScaling scaling = new()
            {
                Type = RopeType.Llama3,
                Factor = factor,
                OriginalMaxPositionEmbeddings = original,
            };
            float[] known = Compute(config with { RopeScaling = scaling });
            if (known.Length == factors.Count && known.Zip(factors).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * factor))
            {
                return scaling;
            }
        }

        return null;
    }
}
