using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Optimization;

/// <summary>
/// Divides elementwise work on the CPU into blocks: small enough to stay in the last cache over several passes, and large enough that
/// waking the threads for each pass costs little. On other devices the whole tensor is one block.
/// </summary>
internal static class TensorBlocks
{
    internal const long BlockElements = 1 << 20;

    /// <summary>The blocks of tensors of the same shape.</summary>
    public static IEnumerable<Range> Of(params Tensor[] tensors)
    {
        long count = tensors[0].numel();
        if (tensors[0].device_type != DeviceType.CPU || !Array.TrueForAll(tensors, tensor => tensor.is_contiguous()))
        {
            yield return new Range(0, -1);
            yield break;
        }

        for (long start = 0; start < count; start += BlockElements)
        {
            yield return new Range(start, Math.Min(BlockElements, count - start));
        }
    }

    /// <summary>
    /// Elements start … start + length - 1 of the flattened tensor. A length of -1 means the whole tensor, in its own shape.
    /// </summary>
    internal readonly record struct Range(long Start, long Length)
    {
        /// <summary>A view of the block.</summary>
        public Tensor Of(Tensor tensor) => Length < 0 ? tensor : tensor.view(-1).narrow(0, Start, Length);
    }
}
