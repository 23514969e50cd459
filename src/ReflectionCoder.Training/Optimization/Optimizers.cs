using System.Globalization;
using ReflectionCoder.Configuration;
using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>The optimizers of this library.</summary>
public static class Optimizers
{
    /// <summary>
    /// AdamW (Loshchilov and Hutter 2019) as <c>torch.optim.AdamW</c> computes it. State is at least float32 whatever the type of the
    /// weights, and bf16 weights have float32 master copies. Biases and norm weights don't decay.
    /// </summary>
    /// <param name="beta1">Decay of the gradient's running mean, 0 to below 1. The default value is 0.9.</param>
    /// <param name="beta2">Decay of the squared gradient's running mean, 0 to below 1. The default value is 0.999.</param>
    /// <param name="epsilon">Added to the denominator, above 0. The default value is 1e-8.</param>
    /// <param name="weightDecay">
    /// Decoupled weight decay, at least 0: in each step a weight shrinks by this times the learning rate, relative to its value. The
    /// default value is 0.
    /// </param>
    /// <param name="masterWeights">
    /// Whether bf16 weights are updated in float32 master copies, so that small updates are not lost in rounding. False saves four bytes
    /// for each number of a weight. The default value is true.
    /// </param>
    /// <returns>A factory of such optimizers; immutable and thread-safe.</returns>
    /// <exception cref="InvalidOptionsException">Settings are out of range; all of them are listed.</exception>
    public static IOptimizerFactory AdamW(
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        bool masterWeights = true
    )
    {
        AdamWOptions options = new()
        {
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            MasterWeights = masterWeights,
        };
        options.Validate();
        return new AdamWFactory(options);
    }

    private sealed class AdamWFactory(AdamWOptions options) : IOptimizerFactory
    {
        public string Identity =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"adamw(beta1 {options.Beta1:R}, beta2 {options.Beta2:R}, epsilon {options.Epsilon:R}, weight decay "
                    + $"{options.WeightDecay:R}, "
                    + $"{(options.MasterWeights ? "master weights" : "no master weights")})"
            );

        public IOptimizer Create(IReadOnlyDictionary<string, Tensor> parameters) => new AdamW(parameters, options);

        /// <summary>Two moments in at least float32, and the master copy.</summary>
        public long? GetStateBytesPerElement(ScalarType dtype) =>
            dtype switch
            {
                ScalarType.Float64 => 2 * sizeof(double),
                ScalarType.BFloat16 when options.MasterWeights => 3 * sizeof(float),
                _ => 2 * sizeof(float),
            };
    }
}
