using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>Measures the L2 norm of all gradients together, and limits it.</summary>
internal static class GradientNorm
{
    /// <summary>
    /// Multiplies all gradients by maxNorm / (norm + 1e-6) where that is below 1, as <c>torch.nn.utils.clip_grad_norm_</c> does. If the
    /// norm is not finite, nothing changes, and the caller decides what to do.
    /// </summary>
    /// <param name="parameters">The weights; those without a gradient count as 0.</param>
    /// <param name="maxNorm">Largest norm, above 0. With positive infinity the norm is measured only.</param>
    /// <returns>The norm before clipping, summed in float64.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxNorm"/> is not above 0.</exception>
    public static double Clip(IEnumerable<Tensor> parameters, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(maxNorm > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(maxNorm), maxNorm, "The largest gradient norm must be above 0.");
        }

        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> gradients = [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        double norm = Measure(gradients);
        double factor = maxNorm / (norm + 1e-6);
        if (double.IsFinite(norm) && factor < 1)
        {
            foreach (Tensor gradient in gradients)
            {
                gradient.mul_(factor);
            }
        }

        return norm;
    }

    /// <summary>
    /// The L2 norm of all tensors together. It is summed in float64: float32 sums lose digits from about a million elements on.
    /// </summary>
    private static double Measure(List<Tensor> tensors)
    {
        List<Tensor> sums = [];
        foreach (Tensor tensor in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor sum = zeros([], ScalarType.Float64, tensor.device);
            foreach (TensorBlocks.Range block in TensorBlocks.Of(tensor))
            {
                using DisposeScope blockScope = NewDisposeScope();
                Tensor wide = block.Of(tensor).to(ScalarType.Float64).reshape(-1);
                sum.add_(wide.dot(wide));
            }

            sums.Add(sum.MoveToOuterDisposeScope());
        }

        return Math.Sqrt(sums.Sum(sum => sum.item<double>()));
    }
}
