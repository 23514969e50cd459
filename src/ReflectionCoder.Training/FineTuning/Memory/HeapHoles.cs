using ReflectionCoder.Modeling;
using TorchSharp;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>
/// What glibc's heap keeps of freed blocks and can't use for others: probably an aligned block is cut out of a larger one, small
/// allocations take the ends, and the next tensor of the same size no longer fits. All numbers are fitted to measured runs
/// (docs/memory.md).
/// </summary>
internal static class HeapHoles
{
    /// <summary>Larger blocks glibc gets from the system and returns at once.</summary>
    private const long LargestBlock = 32L << 20;

    /// <summary>Holes grow slower than what leaves them: with this power of it, in units of <see cref="Unit"/>.</summary>
    private const double Power = 0.85;

    private const double Unit = 100_000_000;

    /// <summary>
    /// Holes for a unit of what the layers have in such blocks at their largest. There are more in bf16, for which
    /// oneDNN makes blocks of its own, and fewer where layers leave nothing behind.
    /// </summary>
    private const double Share = 1.75,
        ShareOfBfloat16 = 2.4,
        ShareIfNothingIsLeft = 0.6;

    /// <summary>
    /// With gradient checkpointing: holes for a unit of what is kept, and, for every layer, for a unit of its backward, since each layer
    /// leaves its input's gradient between the blocks of the next.
    /// </summary>
    private const double ShareWithCheckpointing = 0.9,
        ShareOfLayer = 0.5;

    /// <summary>Estimates the holes, in bytes.</summary>
    public static long Of(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options)
    {
        LayerMemory layer = new(config, workload, options, LargestBlock);
        double layers = Scale(MemoryMoments.OfBlocks(config, workload, options, LargestBlock));
        double share =
            options.GradientCheckpointing ? ShareWithCheckpointing
            : layer.LeavesNothing ? ShareIfNothingIsLeft
            : options.ElementBytes < sizeof(float) ? ShareOfBfloat16
            : Share;
        double again = options.GradientCheckpointing ? ShareOfLayer * config.HiddenLayers * Scale(layer.Backward) : 0;
        return (long)((share * layers) + again);
    }

    private static double Scale(long bytes) => Unit * Math.Pow(bytes / Unit, Power);
}
