using ReflectionCoder.Configuration;

namespace ReflectionCoder.Optimization;

/// <summary>Settings of <see cref="AdamW"/>. The default values are those of Hugging Face's trainer.</summary>
internal sealed record AdamWOptions : IValidatedOptions
{
    /// <summary>Decay of the gradient's running mean, 0 to below 1. The default value is 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>Decay of the squared gradient's running mean, 0 to below 1. The default value is 0.999.</summary>
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Added to the denominator, above 0. The default value is 1e-8.</summary>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>
    /// Decoupled weight decay, at least 0: in each step a weight shrinks by this times the learning rate, relative to its value. The
    /// default value is 0.
    /// </summary>
    public double WeightDecay { get; set; }

    /// <summary>Says whether the weight of a name decays. The default value is <see cref="DecaysByDefault"/>.</summary>
    public Func<string, bool> Decays { get; set; } = DecaysByDefault;

    /// <summary>
    /// Whether bf16 weights are updated in float32 master copies, so that small updates are not lost in rounding. False saves four bytes
    /// for each number of a weight. The default value is true.
    /// </summary>
    public bool MasterWeights { get; set; } = true;

    /// <summary>
    /// Hugging Face's rule: biases and norm weights don't decay. (transformers 4.40, which the paper used, lets Qwen2's norm weights decay,
    /// because it doesn't recognize them as norms. Later versions go by the name, as this does.)
    /// </summary>
    /// <param name="name">A weight's name, such as <c>model.layers.0.input_layernorm.weight</c>.</param>
    /// <returns>False for biases and norm weights.</returns>
    public static bool DecaysByDefault(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !name.Contains("bias", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(Beta1 is >= 0 and < 1, Beta1, "from 0 to below 1")
            .Require(Beta2 is >= 0 and < 1, Beta2, "from 0 to below 1")
            .Require(double.IsFinite(Epsilon) && Epsilon > 0, Epsilon, "more than 0")
            .Require(double.IsFinite(WeightDecay) && WeightDecay >= 0, WeightDecay, "at least 0")
            .Require(Decays is not null, Decays, "given")
            .Found;
}
