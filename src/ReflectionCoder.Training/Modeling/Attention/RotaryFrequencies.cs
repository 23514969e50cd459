namespace ReflectionCoder.Modeling.Attention;

/// <summary>
/// Computes rotary frequencies, in radians for each position, and the factor on cosines and sines, as transformers'
/// <c>modeling_rope_utils</c> (version 5) defines them.
/// </summary>
internal static class RotaryFrequencies
{
    /// <summary>Frequencies of the pairs (i, i + D/2) of a head of width D; [D/2].</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="sequenceLength">Largest position plus 1; only <see cref="RopeType.Dynamic"/> uses it.</param>
    internal static double[] Compute(ModelConfig config, long sequenceLength)
    {
        double theta = config.RopeTheta;
        if (config.RopeScaling is { Type: RopeType.Dynamic, Factor: var stretch })
        {
            double width = config.HeadDimension;
            double longest = config.MaxPositionEmbeddings;
            theta *= Math.Pow((stretch * Math.Max(sequenceLength, longest) / longest) - (stretch - 1), width / (width - 2));
        }

        var frequencies = new double[config.HeadDimension / 2];
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = 1 / Math.Pow(theta, 2.0 * i / config.HeadDimension);
        }

        switch (config.RopeScaling)
        {
            case { Type: RopeType.Linear } scaling:
                Scale(frequencies, (frequency, _) => frequency / scaling.Factor);
                break;
            case { Type: RopeType.Llama3 } scaling:
                Scale(frequencies, (frequency, _) => Llama3(frequency, scaling, OriginalLength(config, scaling)));
                break;
            case { Type: RopeType.Yarn } scaling:
                (double low, double high) = YarnRamp(config, scaling);
                Scale(
                    frequencies,
                    (frequency, i) => Blend(frequency / scaling.Factor, frequency, 1 - Math.Clamp((i - low) / (high - low), 0, 1))
                );
                break;
        }

        return frequencies;
    }

    /// <summary>Factor on cosines and sines; only yarn has one other than 1.</summary>
    internal static double AttentionFactor(RopeScaling? scaling)
    {
        if (scaling is not { Type: RopeType.Yarn })
        {
            return 1;
        }

        return scaling.AttentionFactor
            ?? (
                scaling is { Mscale: > 0 and var numerator, MscaleAllDim: > 0 and var denominator }
                    ? Magnitude(scaling.Factor, numerator) / Magnitude(scaling.Factor, denominator)
                    : Magnitude(scaling.Factor, 1)
            );
    }

    private static double Magnitude(double factor, double weight) => factor <= 1 ? 1 : (0.1 * weight * Math.Log(factor)) + 1;

    private static double Llama3(double frequency, RopeScaling scaling, double originalLength)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < originalLength / scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        return wavelength > originalLength / scaling.LowFrequencyFactor
            ? frequency / scaling.Factor
            : Blend(
                frequency / scaling.Factor,
                frequency,
                ((originalLength / wavelength) - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor)
            );
    }

    /// <summary>The pairs between which yarn's ramp leads from unchanged to divided frequencies.</summary>
    private static (double Low, double High) YarnRamp(ModelConfig config, RopeScaling scaling)
    {
        (double low, double high) = (PairThatTurns(scaling.BetaFast), PairThatTurns(scaling.BetaSlow));
        if (scaling.Truncate)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        // There are only width / 2 pairs, but transformers uses width - 1 here.
        (low, high) = (Math.Max(low, 0), Math.Min(high, config.HeadDimension - 1));
        return (low, low == high ? high + 0.001 : high);

        double PairThatTurns(double times) =>
            config.HeadDimension * Math.Log(OriginalLength(config, scaling) / (times * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));
    }

    private static double OriginalLength(ModelConfig config, RopeScaling scaling) =>
        scaling.OriginalMaxPositionEmbeddings ?? config.MaxPositionEmbeddings;

    private static double Blend(double divided, double kept, double share) => ((1 - share) * divided) + (share * kept);

    private static void Scale(double[] frequencies, Func<double, int, double> scale)
    {
        for (int i = 0; i < frequencies.Length; i++)
        {
            frequencies[i] = scale(frequencies[i], i);
        }
    }
}
