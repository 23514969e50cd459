using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Checkpointing;

/// <summary>The memory of a contiguous CPU tensor in pieces that fit a span, however large the tensor.</summary>
internal static class TensorBytes
{
    /// <summary>Bytes a piece has at most.</summary>
    private const long PieceBytes = 1L << 28;

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
}
