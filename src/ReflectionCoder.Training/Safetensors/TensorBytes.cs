using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Safetensors;

/// <summary>Gives access to the memory of a contiguous CPU tensor, in pieces that a span can hold, however large the tensor is.</summary>
internal static class TensorBytes
{
    /// <summary>
    /// Most bytes of a piece. Conversions go through a buffer of this size, and a cancellation waits for at most one piece.
    /// </summary>
    internal const long PieceBytes = 1L << 26;

    internal delegate void Visitor(Span<byte> bytes, long offset);

    /// <summary>Visits all pieces from start to end.</summary>
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

    /// <summary>Fills a tensor of any dtype and device from elements of another dtype, through one buffer of a piece.</summary>
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
