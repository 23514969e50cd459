using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>Backward of functions that keep their inputs alone and are computed again when their gradient is asked for.</summary>
internal static class Recomputation
{
    /// <summary>
    /// Computes a function again, and its gradients; those of tensors it uses beyond its inputs are added where they belong.
    /// </summary>
    /// <param name="inputs">What forward saved of the inputs.</param>
    /// <param name="gradient">Gradient of the output; disposed, or it would live as long as the scope around the whole backward
    /// pass.</param>
    /// <param name="function">The function; it must draw nothing at random, or from a generator that it seeds itself.</param>
    /// <returns>A gradient an input, in the caller's dispose scope.</returns>
    internal static List<Tensor> Gradients(IEnumerable<Tensor> inputs, Tensor gradient, Func<Tensor[], Tensor> function)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] leaves = [.. inputs.Select(input => input.detach().requires_grad_(true))];
        using (enable_grad())
        {
            function(leaves).backward([gradient]);
        }

        gradient.Dispose();

        return [.. leaves.Select(leaf => leaf.grad!.MoveToOuterDisposeScope())];
    }
}
