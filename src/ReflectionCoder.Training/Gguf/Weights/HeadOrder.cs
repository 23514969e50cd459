using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Weights;

/// <summary>
/// Reorders the rows of query and key projections. Hugging Face's rotary embeddings turn element j of a head together with element j + D/2,
/// the runtime's turn the neighbours 2j and 2j + 1.
/// </summary>
internal static class HeadOrder
{
    /// <summary>To the runtime's order: in each head row 2j + s is the old row s·D/2 + j.</summary>
    /// <param name="tensor">Weight [heads · D, in] or bias [heads · D].</param>
    /// <param name="headWidth">D, even.</param>
    internal static Tensor ToNeighbours(Tensor tensor, long headWidth) => Swap(tensor, [2, headWidth / 2]);

    /// <summary>Back to Hugging Face's order.</summary>
    /// <param name="tensor">Weight [heads · D, in] or bias [heads · D].</param>
    /// <param name="headWidth">D, even.</param>
    internal static Tensor ToHalves(Tensor tensor, long headWidth) => Swap(tensor, [headWidth / 2, 2]);

    private static Tensor Swap(Tensor tensor, long[] parts)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long[] shape = tensor.shape;
        long heads = shape[0] / (parts[0] * parts[1]);
        Tensor split = tensor.detach().view([heads, .. parts, .. shape[1..]]);
        return split.transpose(1, 2).contiguous().view(shape).MoveToOuterDisposeScope();
    }
}
