using ReflectionCoder.Modeling.Attention;

namespace ReflectionCoder.Modeling;

/// <summary>How rotary frequencies are stretched for longer sequences (<c>rope_type</c>).</summary>
internal enum RopeType
{
    /// <summary><c>linear</c>: all frequencies are divided by the factor (arXiv 2306.15595).</summary>
    Linear,

    /// <summary>
    /// <c>dynamic</c>: the base grows with a row that is longer than <see cref="ModelConfig.MaxPositionEmbeddings"/> (NTK-aware scaling).
    /// </summary>
    Dynamic,

    /// <summary><c>llama3</c>: low frequencies are divided, high ones kept, those between blended (Llama 3.1).</summary>
    Llama3,

    /// <summary><c>yarn</c>: a ramp over the dimensions from kept to divided, and longer queries and keys (arXiv 2309.00071).</summary>
    Yarn,
}

/// <summary>
/// Rotary scaling, as Hugging Face's <c>rope_scaling</c> (or the newer <c>rope_parameters</c>) says it; <see cref="RotaryFrequencies"/>
/// computes it.
/// </summary>
internal sealed record RopeScaling
{
    /// <summary>The way of stretching.</summary>
    public required RopeType Type { get; init; }

    /// <summary>How far sequences are stretched, at least 1.</summary>
    public required double Factor { get; init; }

    /// <summary>
    /// Longest sequence before stretching, for <see cref="RopeType.Llama3"/> and <see cref="RopeType.Yarn"/>; null for
    /// <see cref="ModelConfig.MaxPositionEmbeddings"/>.
    /// </summary>
    public int? OriginalMaxPositionEmbeddings { get; init; }

    /// <summary>
    /// Yarn: cosines and sines are multiplied by it; positive. Null for 0.1 ln(factor) + 1, or what <see cref="Mscale"/> asks for.
    /// </summary>
    public double? AttentionFactor { get; init; }

    /// <summary>
    /// Yarn: the logarithm's weight in the attention factor's numerator; at least 0, in force only together with
    /// <see cref="MscaleAllDim"/>.
    /// </summary>
    public double? Mscale { get; init; }

    /// <summary>Yarn: the same in its denominator; at least 0.</summary>
    public double? MscaleAllDim { get; init; }

    /// <summary>
    /// Yarn: dimensions that turn at least so often over the original length are kept. Positive; the default value is 32.
    /// </summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>
    /// Yarn: dimensions that turn at most so often are divided. Positive, at most <see cref="BetaFast"/>; the default value is 1.
    /// </summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Yarn: whether the ramp's ends are rounded to whole dimensions. The default value is true.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>Llama 3: wavelengths above original length / this are divided. Positive; the default value is 1.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>
    /// Llama 3: wavelengths below original length / this are kept. Above <see cref="LowFrequencyFactor"/>; the default value is 4.
    /// </summary>
    public double HighFrequencyFactor { get; init; } = 4;
}
