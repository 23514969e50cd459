using System.Globalization;
using ReflectionCoder.Configuration;
using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>The optimizers that come with the library.</summary>
public static class Optimizers
{
    /// <summary>
    /// AdamW (Loshchilov and Hutter 2019) as <c>torch.optim.AdamW</c> computes it, with float32 state whatever the weights' type and
    /// float32 masters of bf16 weights. Biases and norm weights don't decay.
    /// </summary>
    /// <param name="beta1">Decay of the gradient's running mean, 0 to below 1. The default value is 0.9.</param>
    /// <param name="beta2">Decay of the squared gradient's running mean, 0 to below 1. The default value is 0.999.</param>
    /// <param name="epsilon">Added to the denominator, above 0. The default value is 1e-8.</param>
    /// <param name="weightDecay">Decoupled weight decay, at least 0, times the learning rate a step. The default value is 0.</param>
    /// <param name="masterWeights">
    /// Whether bf16 weights are updated through float32 masters, so that small updates are not rounded away. The default value is true;
    /// false saves four bytes a weight.
    /// </param>
    /// <returns>The factory.</returns>
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

        /// <summary>Two moments in at least float32, and the master.</summary>
        public long? StateBytes(ScalarType dtype) =>
            dtype switch
            {
                ScalarType.Float64 => 2 * sizeof(double),
                ScalarType.BFloat16 when options.MasterWeights => 3 * sizeof(float),
                _ => 2 * sizeof(float),
            };
    }
}
