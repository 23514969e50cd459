using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Gguf.Weights;

/// <summary>Reads tensors of a file one by one.</summary>
/// <param name="header">The file's header.</param>
/// <param name="file">The file; it stays the caller's.</param>
internal sealed class GgufTensorReader(GgufHeader header, Stream file)
{
    /// <summary>Blocks that are read at once.</summary>
    private const int PieceBlocks = 1 << 17;

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="cancellationToken">Stops before the next piece.</param>
    /// <returns>The tensor, on the CPU; the caller (or its dispose scope) owns it.</returns>
    internal Tensor Read(string name, CancellationToken cancellationToken = default)
    {
        GgufTensor tensor = header.Tensors[name];
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor result = empty([.. tensor.Shape], dtype: GgufTensorTypes.DtypeOf(tensor.Type));
        file.Position = tensor.Offset;
        int elementBytes = tensor.Type == GgufTensorType.F32 ? 4 : 2;
        if (tensor.Type == GgufTensorType.Q8_0)
        {
            ReadBlocks(tensor, result.view(-1), cancellationToken);
        }
        else
        {
            TensorBytes.Visit(
                result,
                elementBytes,
                (bytes, _) =>
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ReadExactly(tensor, bytes);
                }
            );
        }

        return result.MoveToOuterDisposeScope();
    }

    private void ReadBlocks(GgufTensor tensor, Tensor flat, CancellationToken cancellationToken)
    {
        long blocks = tensor.Bytes / GgufTensorTypes.QuantizedBlockBytes;
        byte[] bytes = new byte[Math.Min(blocks, PieceBlocks) * GgufTensorTypes.QuantizedBlockBytes];
        for (long start = 0; start < blocks; start += PieceBlocks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(PieceBlocks, blocks - start);
            Span<byte> piece = bytes.AsSpan(0, count * GgufTensorTypes.QuantizedBlockBytes);
            ReadExactly(tensor, piece);
            using Tensor place = flat.narrow(0, start * GgufTensorTypes.QuantizedBlock, (long)count * GgufTensorTypes.QuantizedBlock);
            Dequantize(piece, MemoryMarshal.Cast<byte, float>(place.bytes));
        }
    }

    private static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            (int block, int place) = Math.DivRem(i, GgufTensorTypes.QuantizedBlock);
            ReadOnlySpan<byte> bytes = blocks.Slice(block * GgufTensorTypes.QuantizedBlockBytes, GgufTensorTypes.QuantizedBlockBytes);
            numbers[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes) * (sbyte)bytes[2 + place];
        }
    }

    private void ReadExactly(GgufTensor tensor, Span<byte> bytes)
    {
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw DataFormatException.OfTensor(header.Path, tensor.Name, "the file is truncated.");
        }
    }
}
