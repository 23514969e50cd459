using ReflectionCoder.Modeling.Attention;

namespace ReflectionCoder.Modeling;

/// <summary>How rotary frequencies are scaled for longer sequences (<c>rope_type</c>).</summary>
internal enum RopeType
{
    /// <summary><c>linear</c>: all frequencies are divided by the factor (arXiv 2306.15595).</summary>
    Linear,

    /// <summary>
    /// <c>dynamic</c>: the base grows with the length of a row that is longer than <see cref="ModelConfig.MaxPositionEmbeddings"/>
    /// (NTK-aware scaling).
    /// </summary>
    Dynamic,

    /// <summary><c>llama3</c>: low frequencies are divided by the factor, high ones stay, those between are blended (Llama 3.1).</summary>
    Llama3,

    /// <summary>
    /// <c>yarn</c>: a ramp over the dimensions leads from unchanged to divided frequencies, and queries and keys get longer (arXiv
    /// 2309.00071).
    /// </summary>
    Yarn,
}

/// <summary>
/// Rotary scaling, as Hugging Face's <c>rope_scaling</c> (or the newer <c>rope_parameters</c>) describes it.
/// <see cref="RotaryFrequencies"/> computes it.
/// </summary>
internal sealed record RopeScaling
{
    /// <summary>The kind of scaling.</summary>
    public required RopeType Type { get; init; }

    /// <summary>The factor by which sequences get longer, at least 1.</summary>
    public required double Factor { get; init; }

    /// <summary>
    /// Length of the longest sequence before scaling, for <see cref="RopeType.Llama3"/> and <see cref="RopeType.Yarn"/>. The default value
    /// is null: <see cref="ModelConfig.MaxPositionEmbeddings"/>.
    /// </summary>
    public int? OriginalMaxPositionEmbeddings { get; init; }

    /// <summary>
    /// Yarn: factor on cosines and sines; positive. The default value is null: 0.1 ln(factor) + 1, or what follows from
    /// <see cref="Mscale"/>.
    /// </summary>
    public double? AttentionFactor { get; init; }

    /// <summary>
    /// Yarn: weight of the logarithm in the attention factor's numerator; at least 0. It counts only together with
    /// <see cref="MscaleAllDim"/>.
    /// </summary>
    public double? Mscale { get; init; }

    /// <summary>Yarn: weight of the logarithm in its denominator; at least 0.</summary>
    public double? MscaleAllDim { get; init; }

    /// <summary>
    /// Yarn: dimensions that turn at least this many times over the original length keep their frequency. Positive; the default value is
    /// 32.
    /// </summary>
    public double BetaFast { get; init; } = 32;

    /// <summary>
    /// Yarn: dimensions that turn at most this many times over the original length have it divided. Positive, at most
    /// <see cref="BetaFast"/>; the default value is 1.
    /// </summary>
    public double BetaSlow { get; init; } = 1;

    /// <summary>Yarn: whether the ends of the ramp are rounded to whole dimensions. The default value is true.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>
    /// Llama 3: frequencies with wavelengths above (original length / this) are divided. Positive; the default value is 1.
    /// </summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>
    /// Llama 3: frequencies with wavelengths below (original length / this) stay. Above <see cref="LowFrequencyFactor"/>; the default value
    /// is 4.
    /// </summary>
    public double HighFrequencyFactor { get; init; } = 4;
}
