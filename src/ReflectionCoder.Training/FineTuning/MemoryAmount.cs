using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning;

/// <summary>An amount of memory, and how much of it lies in blocks that glibc keeps when they are freed.</summary>
/// <param name="Bytes">Bytes.</param>
/// <param name="RetainedBytes">Those of blocks below <see cref="MappedBlock"/>.</param>
internal readonly record struct MemoryAmount(long Bytes, long RetainedBytes)
{
    /// <summary>From here on glibc maps a block of its own and gives it back when it is freed (its largest M_MMAP_THRESHOLD).</summary>
    public const long MappedBlock = 32L << 20;

    public static MemoryAmount operator +(MemoryAmount left, MemoryAmount right) => new(left.Bytes + right.Bytes, left.RetainedBytes + right.RetainedBytes);

    public static MemoryAmount operator -(MemoryAmount left, MemoryAmount right) => new(left.Bytes - right.Bytes, left.RetainedBytes - right.RetainedBytes);

    public static MemoryAmount operator *(long count, MemoryAmount amount) => new(count * amount.Bytes, count * amount.RetainedBytes);

    /// <summary>One tensor.</summary>
    public static MemoryAmount Of(long bytes) => new(bytes, bytes < MappedBlock ? bytes : 0);

    /// <summary>Bytes of an element.</summary>
    public static long ElementBytes(ScalarType dtype) => dtype switch
    {
        ScalarType.BFloat16 or ScalarType.Float16 => 2,
        ScalarType.Float64 => 8,
        _ => 4,
    };
}
