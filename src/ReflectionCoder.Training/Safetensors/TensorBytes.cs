using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>The memory of a contiguous CPU tensor in pieces that fit a span, however large the tensor.</summary>
internal static class TensorBytes
{
    /// <summary>Bytes a piece has at most: what a cancellation or a conversion waits for.</summary>
    internal const long PieceBytes = 1L << 26;

    internal delegate void Visitor(Span<byte> bytes, long offset);

    /// <summary>Visits the memory from start to end.</summary>
    internal static void Visit(Tensor tensor, int elementBytes, Visitor visit)
    {
        long count = tensor.numel();
        if (count == 0)
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = tensor.view(-1);
        long step = PieceBytes / elementBytes;
        for (long start = 0; start < count; start += step)
        {
            using Tensor piece = flat.narrow(0, start, Math.Min(step, count - start));
            visit(piece.bytes, start * elementBytes);
        }
    }

    /// <summary>Fills a tensor of any dtype and device from elements of another dtype, through one piece of memory.</summary>
    internal static void Convert(Tensor target, ScalarType source, int elementBytes, Visitor read)
    {
        long count = target.numel();
        if (count == 0)
        {
            return;
        }

        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = target.view(-1);
        long step = Math.Min(count, PieceBytes / elementBytes);
        Tensor staging = empty([step], dtype: source);
        for (long start = 0; start < count; start += step)
        {
            long length = Math.Min(step, count - start);
            using Tensor piece = staging.narrow(0, 0, length);
            read(piece.bytes, start * elementBytes);
            using Tensor place = flat.narrow(0, start, length);
            place.copy_(piece);
        }
    }
}
