using System.Buffers.Binary;
using System.Text;
using TorchSharp;

namespace ReflectionCoder.Tests.Context;

public sealed class SummaryWriterTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("events");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Scalars_AreRecordsWithValidChecksums()
    {
        var writer = torch.utils.tensorboard.SummaryWriter(folder.FullName, "suffix");
        Assert.Equal(folder.FullName, writer.LogDir);
        writer.add_scalar("loss", 1.5f, 7, walltime: 1000);
        writer.add_text("note", "héllo", 8);
        var records = Records(Assert.Single(folder.GetFiles("events.out.tfevents.*.suffix")).FullName);
        Assert.Equal(3, records.Count);
        Assert.Contains("brain.Event:2", Encoding.UTF8.GetString(records[0]));
        // Event { wall_time = 1000, step = 7, summary { value { tag = "loss", simple_value = 1.5 } } }
        byte[] expected =
        [
            0x09, .. BitConverter.GetBytes(1000.0), 0x10, 7,
            0x2A, 13, 0x0A, 11, 0x0A, 4, .. "loss"u8, 0x15, .. BitConverter.GetBytes(1.5f),
        ];
        Assert.Equal(Sorted(expected), Sorted(records[1]));
        Assert.Contains("note/text_summary", Encoding.UTF8.GetString(records[2]));
        Assert.Contains("héllo", Encoding.UTF8.GetString(records[2]));
    }

    [Fact]
    public void SeveralCurves_GoToFoldersOfTheirOwn()
    {
        var writer = torch.utils.tensorboard.SummaryWriter(folder.FullName);
        writer.add_scalars("loss", new Dictionary<string, float> { ["ce"] = 1, ["kl"] = 2 }, 1);
        writer.add_scalars("loss", [("ce", 0.5f)], 2);
        Assert.Equal(3, Records(Assert.Single(new DirectoryInfo(Path.Combine(folder.FullName, "loss_ce")).GetFiles()).FullName).Count);
        Assert.Equal(2, Records(Assert.Single(new DirectoryInfo(Path.Combine(folder.FullName, "loss_kl")).GetFiles()).FullName).Count);
    }

    /// <summary>Protocol buffers may order fields either way.</summary>
    private static byte[] Sorted(byte[] bytes) => [.. bytes.Order()];

    private static List<byte[]> Records(string path)
    {
        var file = File.ReadAllBytes(path).AsSpan();
        var records = new List<byte[]>();
        while (file.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
            Assert.Equal(Checksum(file[..8]), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            records.Add(file.Slice(12, length).ToArray());
            Assert.Equal(Checksum(file.Slice(12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            file = file[(16 + length)..];
        }
        return records;
    }

    /// <summary>CRC-32C bit by bit, masked as TFRecord does.</summary>
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var k = 0; k < 8; k++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u;
    }
}
