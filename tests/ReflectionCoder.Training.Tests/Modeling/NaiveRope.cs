using ReflectionCoder.Modeling;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>
/// Rotary angles of one row written out a dimension at a time, from the papers' formulas; the row's length is its last position plus 1.
/// </summary>
internal static class NaiveRope
{
    /// <summary>Cosines and sines, [T][D], both halves of a head alike.</summary>
    internal static (double[][] Cos, double[][] Sin) Turns(ModelConfig config, long[] positions)
    {
        int width = config.HeadDimension;
        double stretch = Attention(config);
        double[][] angles =
        [
            .. positions.Select(p =>
                Enumerable.Range(0, width).Select(d => p * Frequency(config, d % (width / 2), positions.Max() + 1)).ToArray()
            ),
        ];
        return (
            [.. angles.Select(row => row.Select(a => stretch * Math.Cos(a)).ToArray())],
            [.. angles.Select(row => row.Select(a => stretch * Math.Sin(a)).ToArray())]
        );
    }

    private static double Attention(ModelConfig config)
    {
        if (config.RopeScaling is not { Type: RopeType.Yarn } yarn)
        {
            return 1;
        }

        double log = Math.Log(yarn.Factor);
        return yarn.AttentionFactor
            ?? (yarn.Mscale is { } m && yarn.MscaleAllDim is { } all ? (1 + (0.1 * m * log)) / (1 + (0.1 * all * log)) : 1 + (0.1 * log));
    }

    private static double Frequency(ModelConfig config, int pair, long length)
    {
        double width = config.HeadDimension;
        double plain = Math.Pow(config.RopeTheta, -2 * pair / width);
        if (config.RopeScaling is not { } scaling)
        {
            return plain;
        }

        double divided = plain / scaling.Factor;
        double original = scaling.OriginalMaxPositionEmbeddings ?? config.MaxPositionEmbeddings;
        switch (scaling.Type)
        {
            case RopeType.Linear:
                return divided;
            case RopeType.Dynamic:
                double over = Math.Max(1, (double)length / config.MaxPositionEmbeddings);
                double theta = config.RopeTheta * Math.Pow(1 + (scaling.Factor * (over - 1)), width / (width - 2));
                return Math.Pow(theta, -2 * pair / width);
            case RopeType.Llama3:
                double turns = original * plain / (2 * Math.PI);
                double share = (turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
                return share >= 1 ? plain
                    : share <= 0 ? divided
                    : divided + (share * (plain - divided));
            default:
                double low = Where(scaling.BetaFast),
                    high = Where(scaling.BetaSlow);
                (low, high) = scaling.Truncate ? (Math.Floor(low), Math.Ceiling(high)) : (low, high);
                low = Math.Max(0, low);
                double ramp = Math.Min(1, Math.Max(0, (pair - low) / (high - low)));
                return plain + (ramp * (divided - plain));
        }

        // The pair that turns so often over the original length: original · θ^(-2i/D) = times · 2π, solved for i.
        double Where(double times) => width / 2 * Math.Log(original / (times * 2 * Math.PI), config.RopeTheta);
    }
}
