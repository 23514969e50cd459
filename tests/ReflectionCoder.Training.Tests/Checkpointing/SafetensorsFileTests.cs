using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Safetensors;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

public sealed class SafetensorsFileTests
{
    private static readonly ScalarType[] Dtypes =
    [
        ScalarType.Float64,
        ScalarType.Float32,
        ScalarType.Float16,
        ScalarType.BFloat16,
        ScalarType.Int64,
        ScalarType.Int32,
        ScalarType.Byte,
        ScalarType.Bool,
    ];

    [Fact]
    public void WriteThenRead_RandomTensors_AreEqualToTheByte()
    {
        using var folder = new TemporaryFolder();
        for (int seed = 0; seed < 30; seed++)
        {
            using DisposeScope scope = NewDisposeScope();
            var random = new Random(seed);
            var tensors = new Dictionary<string, Tensor>();
            var bytes = new Dictionary<string, byte[]>();
            for (int i = random.Next(6); i >= 0; i--)
            {
                string name = $"t{i}.\"ü\u4e2d\n{random.Next(100)}";
                Tensor tensor = Random(random, Dtypes[random.Next(Dtypes.Length)]);
                tensors[name] = tensor;
                bytes[name] = tensor.numel() == 0 ? [] : tensor.bytes.ToArray();
            }

            var metadata = new Dictionary<string, string> { ["format"] = "pt", ["ключ"] = "значение \" \\" };
            SafetensorsFile.Write(folder["a"], tensors, metadata);
            using SafetensorsContent content = SafetensorsFile.ReadContent(folder["a"]);
            Assert.Equal(metadata, content.Metadata);
            Assert.Equal(tensors.Keys.Order(), content.Tensors.Keys.Order());
            foreach ((string name, Tensor tensor) in content.Tensors)
            {
                Assert.Equal(tensors[name].dtype, tensor.dtype);
                Assert.Equal(tensors[name].shape, tensor.shape);
                Assert.Equal(bytes[name], tensor.numel() == 0 ? [] : tensor.bytes.ToArray());
            }

            SafetensorsFile.Write(folder["b"], content.Tensors.Reverse(), metadata);
            Assert.Equal(File.ReadAllBytes(folder["a"]), File.ReadAllBytes(folder["b"]));
        }
    }

    [Fact]
    public void Write_Layout_IsTheFormats()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        SafetensorsFile.Write(
            folder["a"],
            new Dictionary<string, Tensor>
            {
                ["u"] = tensor(new byte[] { 7 }),
                ["b"] = tensor([1f, -2f], [1, 2]),
                ["a"] = tensor(3.5f),
                ["z"] = tensor([5L]),
            }
        );
        byte[] bytes = File.ReadAllBytes(folder["a"]);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(
            """{"__metadata__":{"format":"pt"},"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]},"u":{"dtype":"U8","shape":[1],"data_offsets":[20,21]}}""",
            Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' ')
        );
        Assert.Equal([5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x60, 0x40, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7], bytes[(8 + length)..]);
    }

    [Fact]
    public void Write_ViewsAndTransposes_AreWrittenInOrder()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = tensor([1f, 2f, 3f, 4f, 5f, 6f], [2, 3]);
        SafetensorsFile.Write(
            folder["a"],
            new Dictionary<string, Tensor> { ["t"] = matrix.transpose(0, 1), ["n"] = matrix.narrow(0, 1, 1) }
        );
        using SafetensorsContent content = SafetensorsFile.ReadContent(folder["a"]);
        Assert.Equal([1f, 4f, 2f, 5f, 3f, 6f], content.Tensors["t"].data<float>().ToArray());
        Assert.Equal([4f, 5f, 6f], content.Tensors["n"].data<float>().ToArray());
    }

    [Fact]
    public void Write_GradientsRequired_AreWrittenToo()
    {
        using var folder = new TemporaryFolder();
        using Tensor weight = ones([3]).requires_grad_(true);
        SafetensorsFile.Write(folder["a"], new Dictionary<string, Tensor> { ["w"] = weight });
        using SafetensorsContent content = SafetensorsFile.ReadContent(folder["a"]);
        Assert.False(content.Tensors["w"].requires_grad);
    }

    [Fact]
    public void Read_OuterScopeEnds_TensorsStay()
    {
        using var folder = new TemporaryFolder();
        SafetensorsContent content;
        using (NewDisposeScope())
        {
            SafetensorsFile.Write(folder["a"], new Dictionary<string, Tensor> { ["w"] = ones([3]) });
            content = SafetensorsFile.ReadContent(folder["a"]);
        }

        using (content)
        {
            Assert.Equal([1f, 1f, 1f], content.Tensors["w"].data<float>().ToArray());
        }
    }

    [Fact]
    public void Write_BadNamesAndDtypes_AreRefused()
    {
        using var folder = new TemporaryFolder();
        using Tensor one = ones([1]);
        using Tensor small = ones([1], dtype: ScalarType.Int16);
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["a"], [new("x", one), new("x", one)]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["a"], [new("__metadata__", one)]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["a"], [new("", one)]));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(folder["a"], [new("x", small)]));
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    [Fact]
    public void Read_PaddedHeaderAndNoMetadata_IsFine()
    {
        using var folder = new TemporaryFolder();
        byte[] json = Encoding.UTF8.GetBytes(
            """{"b":{"data_offsets":[4,4],"shape":[0,7],"dtype":"F64"},"a":{"shape":[],"data_offsets":[0,4],"dtype":"I32"}}    """
        );
        byte[] head = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(head, json.Length);
        File.WriteAllBytes(folder["a"], [.. head, .. json, 1, 0, 0, 0]);
        using SafetensorsContent content = SafetensorsFile.ReadContent(folder["a"]);
        Assert.Empty(content.Metadata);
        Assert.Equal([0, 7], content.Tensors["b"].shape);
        Assert.Equal(1, content.Tensors["a"].item<int>());
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void ReadThenWrite_ReferenceModels_KeepEveryByteOfData()
    {
        int compared = 0;
        foreach (JsonElement model in Reference.Golden("logits").GetProperty("models").EnumerateArray())
        {
            using var folder = new TemporaryFolder();
            using SafetensorsContent content = SafetensorsFile.ReadContent(
                Reference.PathOf(Path.Combine(model.GetProperty("model").GetString()!, "model.safetensors"))
            );
            SafetensorsFile.Write(folder["a"], content.Tensors, content.Metadata);
            using SafetensorsContent again = SafetensorsFile.ReadContent(folder["a"]);
            foreach ((string name, Tensor tensor) in content.Tensors)
            {
                Assert.True(tensor.bytes.SequenceEqual(again.Tensors[name].bytes), name);
                compared++;
            }
        }

        Assert.True(compared > 0, "The golden names no model.");
    }

    private static Tensor Random(Random random, ScalarType dtype)
    {
        long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(5))];
        Tensor values = zeros(shape, dtype: dtype);
        if (values.numel() > 0)
        {
            Span<byte> bytes = values.bytes;
            random.NextBytes(bytes); // every bit pattern, NaNs included
            if (dtype == ScalarType.Bool)
            {
                foreach (ref byte b in bytes)
                {
                    b &= 1;
                }
            }
        }

        return values;
    }
}
