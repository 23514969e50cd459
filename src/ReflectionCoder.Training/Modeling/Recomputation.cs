using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Modeling;

/// <summary>The backward pass of functions that keep only their inputs, and are computed again when a gradient is needed.</summary>
internal static class Recomputation
{
    /// <summary>
    /// Computes a function again, and the gradients of its inputs. Gradients of other tensors that it uses, such as weights, are added to
    /// those tensors.
    /// </summary>
    /// <param name="inputs">The inputs, as forward saved them.</param>
    /// <param name="gradient">
    /// Gradient of the output. It is disposed here; otherwise it would live until the whole backward pass is over.
    /// </param>
    /// <param name="function">The function. It must draw no random numbers, or only from a generator that it seeds itself.</param>
    /// <returns>A gradient for each input, in the caller's dispose scope.</returns>
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
