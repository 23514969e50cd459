using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Weights;

/// <summary>Writes tensors in a type of the format, a piece at a time.</summary>
internal static class TensorEncoder
{
    /// <summary>Numbers of a piece: a multiple of the block, few enough that the copies of a piece don't matter.</summary>
    private const long PieceNumbers = 1 << 22;

    /// <summary>Writes a tensor.</summary>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <param name="tensor">The tensor, of floating point, on any device.</param>
    /// <param name="type">
    /// The type. Rows of a tensor for <see cref="GgufTensorType.Q8_0"/> have a multiple of 32 numbers.
    /// </param>
    /// <param name="write">Takes the bytes in order.</param>
    /// <exception cref="DataFormatException">A number isn't finite, or too large for the type.</exception>
    internal static void Write(string name, Tensor tensor, GgufTensorType type, PieceWriter write)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = tensor.detach().contiguous().view(-1);
        long count = flat.numel();
        for (long start = 0; start < count; start += PieceNumbers)
        {
            using DisposeScope pieceScope = NewDisposeScope();
            Tensor piece = flat.narrow(0, start, Math.Min(PieceNumbers, count - start)).to(ScalarType.Float32, CPU);
            RequireFinite(name, piece, "is not finite, or too large for float32");
            WritePiece(name, piece, type, write);
        }
    }

    /// <summary>Quantizes a block as llama.cpp does.</summary>
    /// <param name="numbers">32 numbers.</param>
    /// <param name="block">The block's 34 bytes.</param>
    /// <returns>Whether the scale is finite.</returns>
    internal static bool Quantize(ReadOnlySpan<float> numbers, Span<byte> block)
    {
        float largest = 0;
        foreach (float number in numbers)
        {
            largest = Math.Max(largest, Math.Abs(number));
        }

        float scale = largest / 127;
        float inverse = scale != 0 ? 1 / scale : 0;
        var stored = (Half)scale;
        BinaryPrimitives.WriteHalfLittleEndian(block, stored);
        for (int i = 0; i < numbers.Length; i++)
        {
            block[2 + i] = unchecked((byte)(sbyte)MathF.Round(numbers[i] * inverse, MidpointRounding.AwayFromZero));
        }

        return Half.IsFinite(stored);
    }

    private static void WritePiece(string name, Tensor piece, GgufTensorType type, PieceWriter write)
    {
        long count = piece.numel();
        switch (type)
        {
            case GgufTensorType.Q8_0:
                byte[] blocks = Quantize(name, MemoryMarshal.Cast<byte, float>(piece.bytes));
                write(blocks, count);
                break;
            case GgufTensorType.F32:
                write(piece.bytes, count);
                break;
            default:
                Tensor narrow = piece.to(type == GgufTensorType.F16 ? ScalarType.Float16 : ScalarType.BFloat16);
                RequireFinite(name, narrow, $"has a number too large for {type}; export it in another type");
                write(narrow.bytes, count);
                break;
        }
    }

    private static byte[] Quantize(string name, ReadOnlySpan<float> numbers)
    {
        byte[] blocks = new byte[numbers.Length / GgufTensorTypes.QuantizedBlock * GgufTensorTypes.QuantizedBlockBytes];
        for (int block = 0; block < numbers.Length / GgufTensorTypes.QuantizedBlock; block++)
        {
            if (
                !Quantize(
                    numbers.Slice(block * GgufTensorTypes.QuantizedBlock, GgufTensorTypes.QuantizedBlock),
                    blocks.AsSpan(block * GgufTensorTypes.QuantizedBlockBytes, GgufTensorTypes.QuantizedBlockBytes)
                )
            )
            {
                throw DataFormatException.OfTensor("weights", name, "has a number too large for Q8_0; export it in another type.");
            }
        }

        return blocks;
    }

    private static void RequireFinite(string name, Tensor piece, string problem)
    {
        if (!piece.isfinite().all().item<bool>())
        {
            throw DataFormatException.OfTensor("weights", name, problem + ".");
        }
    }

    /// <summary>Takes bytes of a tensor.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="count">How many numbers they stand for.</param>
    internal delegate void PieceWriter(ReadOnlySpan<byte> bytes, long count);
}
