using System.Buffers.Binary;
using ReflectionCoder.Modeling.Attention;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Engine;

/// <summary>What goes in and out as bytes, arrays and files.</summary>
public sealed class DataAccessTests
{
    /// <summary>A safetensors file holds what bytes gives, and KeyValueCache counts by ElementSize.</summary>
    [Theory]
    [InlineData(ScalarType.Float16, "003C")]
    [InlineData(ScalarType.BFloat16, "803F")]
    [InlineData(ScalarType.Int64, "0100000000000000")]
    [InlineData(ScalarType.Bool, "01")]
    public void Bytes_OfOne_AreTheFormatsInEachType(ScalarType dtype, string expected)
    {
        using Tensor one = ones(1, dtype: dtype);
        Assert.Equal(expected, Convert.ToHexString(one.bytes));
        Assert.Equal(expected.Length / 2, dtype.ElementSize());
    }

    /// <summary>SafetensorsReader reads files straight into a tensor, a piece at a time.</summary>
    [Fact]
    public void Bytes_OfANarrowedPiece_AreTheTensorsOwnMemory()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(4);
        using (Tensor piece = x.narrow(0, 1, 2))
        {
            BitConverter.GetBytes(1.5f).CopyTo(piece.bytes[4..]);
            Assert.Equal(8, piece.bytes.Length);
        }

        Assert.Equal([0, 0, 1.5, 0], TinyModels.Numbers(x));
    }

    /// <summary>SafetensorsWriter makes every tensor contiguous first.</summary>
    [Fact]
    public void Bytes_NotContiguous_Throws()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Throws<InvalidOperationException>(() => zeros([2, 3]).transpose(0, 1).bytes.Length);
    }

    /// <summary>Sums are kept in float64, and logits cast to float32, before they are read: another type is refused.</summary>
    [Fact]
    public void Read_AsAnotherType_Throws()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = zeros(1);
        Assert.Throws<ArgumentException>(() => x.item<double>());
        Assert.Throws<ArgumentException>(() => x.data<double>());
        Assert.Equal(0f, x.item<float>());
    }

    /// <summary>The loss's factors are double arrays in C#, and tensors of the loss's type.</summary>
    [Fact]
    public void Tensor_OfDoublesWithAType_HasIt()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.Equal(ScalarType.Float32, tensor(new[] { 0.5, 1 }, ScalarType.Float32, CPU).dtype);
        Assert.Equal(ScalarType.Float64, tensor(new[] { 0.5, 1 }).dtype);
        Assert.Equal(ScalarType.Int64, tensor(new long[] { 1 }, device: CPU).dtype);
    }

    /// <summary>TensorBoardCallback's files: TensorBoard stops reading where a record's checksums are wrong.</summary>
    [Fact]
    public void AddScalar_Event_HasStepValueAndChecksums()
    {
        using RunFolder folder = new();
        utils.tensorboard.SummaryWriter(folder["events"]).add_scalar("a", 1.5f, 300);
        byte[] file = File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder["events"], "events.out.tfevents.*")));
        List<byte[]> records = [];
        for (Span<byte> rest = file; rest.Length > 0; )
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(rest);
            Assert.Equal(Checksum(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            Assert.Equal(Checksum(rest.Slice(12, length)), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            records.Add(rest.Slice(12, length).ToArray());
            rest = rest[(16 + length)..];
        }

        Assert.Contains("brain.Event:2", System.Text.Encoding.UTF8.GetString(records[0]));
        byte[] stepAndSummary = [0x10, 0xAC, 0x02, 0x2A, 10, 0x0A, 8, 0x0A, 1, (byte)'a', 0x15, .. BitConverter.GetBytes(1.5f)];
        Assert.Equal(stepAndSummary, records[1][9..]); // behind the time
        Assert.Equal(2, records.Count);
    }

    /// <summary>Each session of a resumed run adds a file to the folder.</summary>
    [Fact]
    public void SummaryWriter_OfTheSameFolder_AddsAFile()
    {
        using RunFolder folder = new();
        utils.tensorboard.SummaryWriter(folder.Path).add_scalar("a", 1, 1);
        utils.tensorboard.SummaryWriter(folder.Path).add_scalar("a", 2, 2);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    /// <summary>CRC-32C bit by bit, masked as TFRecord does.</summary>
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte next in data)
        {
            crc ^= next;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
            }
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }
}
