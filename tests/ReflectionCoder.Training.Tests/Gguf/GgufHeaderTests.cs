using ReflectionCoder.Files;
using ReflectionCoder.Gguf.Format;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>Broken headers are refused by key or tensor, before memory is taken for what they claim.</summary>
public sealed class GgufHeaderTests
{
    private static byte[] File(Action<GgufKeys>? addKeys = null, params (string Name, long[] Shape, uint Type, long Offset)[] tensors)
    {
        using GgufKeys keys = new();
        keys.Add("general.architecture", "llama");
        addKeys?.Invoke(keys);
        byte[] head = GgufLayout.Head(keys, [.. tensors.Select(t => new GgufTensor(t.Name, t.Shape, (GgufTensorType)t.Type, t.Offset))]);
        return [.. head, .. new byte[256]];
    }

    private static GgufHeader Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return GgufHeader.Read(stream, "model.gguf");
    }

    private static DataFormatException Refused(byte[] bytes, string says, string? field = null)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        DataFormatException error = Assert.Throws<DataFormatException>(() => Read(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal("model.gguf", error.Path);
        if (field is not null)
        {
            Assert.Equal(field, error.Field);
        }

        return error;
    }

    [Fact]
    public void Read_KeysAndTensors_AreThere()
    {
        GgufHeader header = Read(
            File(
                keys =>
                {
                    keys.Add("a", 7u);
                    keys.Add("b", 0.5f);
                    keys.Add("c", true);
                    keys.Add("d", ["x", "ÿ"]);
                    keys.Add("e", [-1, 2]);
                    keys.Add("f", [0.25f]);
                },
                ("one", [2, 8], 0, 0),
                ("two", [32], 8, 64)
            )
        );
        Assert.Equal([7L, 0.5, true], [header.Keys["a"], header.Keys["b"], header.Keys["c"]]);
        Assert.Equal<string>(["x", "ÿ"], (string[])header.Keys["d"]);
        Assert.Equal<long>([-1, 2], (long[])header.Keys["e"]);
        Assert.Equal<double>([0.25], (double[])header.Keys["f"]);
        Assert.Equal([2L, 8L], header.Tensors["one"].Shape);
        Assert.Equal((64L, 34L), (header.Tensors["two"].Offset - header.Tensors["one"].Offset, header.Tensors["two"].Bytes));
        Assert.Equal(0, header.Tensors["one"].Offset % 32);
    }

    [Theory]
    [InlineData(2u, "Q4_0")]
    [InlineData(12u, "Q4_K")]
    [InlineData(14u, "Q6_K")]
    [InlineData(23u, "IQ4_XS")]
    [InlineData(39u, "MXFP4")]
    [InlineData(28u, "F64")]
    [InlineData(99u, "99")]
    public void Read_OtherQuantization_IsRefusedByName(uint type, string name) =>
        Refused(File(null, ("blk.0.attn_q.weight", [256], type, 0)), name, "blk.0.attn_q.weight");

    [Fact]
    public void Read_NoGguf_IsRefused()
    {
        Refused([], "needs");
        Refused("PK\u0003\u0004 and more"u8.ToArray(), "no GGUF file");
        byte[] bytes = File();
        bytes[4] = 1;
        Refused(bytes, "version 1");
        bytes[4] = 4;
        Refused(bytes, "version 4");
    }

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        byte[] bytes = File(keys => keys.Add("list", ["a", "b"]), ("one", [64], 0, 0));
        for (int length = 0; length < bytes.Length; length++)
        {
            Refused(bytes[..length], "");
        }
    }

    [Fact]
    public void Read_CountsBeyondTheFile_AreRefused()
    {
        foreach (int at in (int[])[8, 16, 24])
        {
            byte[] bytes = File(keys => keys.Add("list", ["a", "b"]), ("one", [2], 0, 0));
            foreach (ulong count in (ulong[])[1UL << 20, 1UL << 32, 1UL << 62, ulong.MaxValue])
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(at), count);
                Refused(bytes, "");
            }
        }
    }

    [Theory]
    [InlineData("dimension", new long[] { 4, 0 })]
    [InlineData("dimension", new long[] { 1L << 40 })]
    [InlineData("dimension", new long[] { 1L << 32, 1L << 32 })]
    [InlineData("dimension", new long[] { -1 })]
    [InlineData("5 dimensions", new long[] { 1, 1, 1, 1, 1 })]
    [InlineData("0 dimensions", new long[] { })]
    [InlineData("truncated", new long[] { 65 })]
    public void Read_ShapeThatCantBe_IsRefused(string says, long[] shape) => Refused(File(null, ("one", shape, 0, 0)), says, "one");

    [Fact]
    public void Read_PlacesThatCantBe_AreRefused()
    {
        Refused(File(null, ("one", [8], 0, 4)), "multiple of 32", "one");
        Refused(File(null, ("one", [8], 0, 1 << 20)), "begins at byte", "one");
        Refused(File(null, ("one", [16], 0, 0), ("two", [8], 0, 32)), "overlaps", "two");
        Refused(File(null, ("one", [8], 0, 0), ("one", [8], 0, 32)), "twice", "one");
        Refused(File(null, ("one", [33], 8, 0)), "whole blocks", "one");
    }

    [Fact]
    public void Read_KeysThatCantBe_AreRefused()
    {
        Refused(File(keys => keys.Add("general.architecture", "llama")), "twice", "general.architecture");
        Refused(File(keys => keys.Add("general.alignment", 24u)), "power of two", "general.alignment");
        byte[] bytes = File(keys => keys.Add("flag", true));
        int end = Array.LastIndexOf(bytes, (byte)1);
        bytes[end] = 2;
        Refused(bytes, "truth value", "flag");
    }

    [Fact]
    public void Read_OtherAlignment_IsFollowed()
    {
        GgufHeader header = Read(File(keys => keys.Add("general.alignment", 64u), ("one", [8], 0, 64)));
        Assert.Equal(0, header.Tensors["one"].Offset % 64);
    }
}
