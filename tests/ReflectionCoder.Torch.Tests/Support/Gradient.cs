using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Support;

/// <summary>Gradients against central differences, in float64.</summary>
internal static class Gradient
{
    /// <summary>
    /// Checks d(sum of w · f(inputs)) / d(inputs) with fixed uneven weights w, so that a gradient that is merely summed wrongly shows.
    /// </summary>
    internal static void Check(Func<Tensor[], Tensor> f, params Tensor[] inputs) => Check(f, 1e-6, inputs);

    internal static void Check(Func<Tensor[], Tensor> f, double tolerance, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        var leaves = Array.ConvertAll(inputs, static x => x.detach().clone().requires_grad_());
        var output = f(leaves);
        var weights = Expect.Random(99, 0.5, 1.5, output.shape);
        var gradients = autograd.grad([(output * weights).sum()], leaves);
        using var _ = no_grad();
        for (var k = 0; k < inputs.Length; k++)
        {
            Expect.Close(Numeric(f, inputs, k, weights), gradients[k], tolerance);
        }
    }

    private static double[] Numeric(Func<Tensor[], Tensor> f, Tensor[] inputs, int which, Tensor weights)
    {
        const double Step = 1e-6;
        var values = Expect.Values(inputs[which]);
        var result = new double[values.Length];
        for (var k = 0; k < values.Length; k++)
        {
            result[k] = (At(values[k] + Step) - At(values[k] - Step)) / (2 * Step);

            double At(double value)
            {
                using var scope = NewDisposeScope();
                var moved = (double[])values.Clone();
                moved[k] = value;
                var arguments = (Tensor[])inputs.Clone();
                arguments[which] = tensor(moved, dtype: ScalarType.Float64).view(inputs[which].shape);
                return (f(arguments) * weights).sum().item<double>();
            }
        }
        return result;
    }
}
