using LLama;
using LLama.Native;
using ReflectionCoder.Gguf;
using ReflectionCoder.Gguf.Format;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests;

/// <summary>The narrow types are llama.cpp's own, byte for byte; and the judge would notice rows in the wrong order.</summary>
public sealed class QuantizedTests
{
    [Theory]
    [InlineData("llama", "f16", LLamaFtype.MOSTLY_F16)]
    [InlineData("llama", "q8_0", LLamaFtype.MOSTLY_Q8_0)]
    [InlineData("gemma3", "q8_0", LLamaFtype.MOSTLY_Q8_0)]
    [InlineData("starcoder2", "q8_0", LLamaFtype.MOSTLY_Q8_0)]
    public void Export_NarrowType_EqualsTheRuntimesQuantizer(string name, string type, LLamaFtype quantizer)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = RandomModels.Create(
            name switch
            {
                "gemma3" => RandomModels.Gemma3,
                "starcoder2" => RandomModels.Starcoder2,
                _ => RandomModels.Llama with { QueryKeyValueBias = true, AttentionOutputBias = true },
            }
        );
        SetHardRows(model.OutputWeight);
        (string whole, string ours, string theirs) = (folder.File("whole.gguf"), folder.File("ours.gguf"), folder.File("theirs.gguf"));
        var tokenizer = CodeTokenizer.CreateByteLevel();
        GgufExporter.Export(model, tokenizer, whole, new() { Type = "f32" });
        GgufExporter.Export(model, tokenizer, ours, new() { Type = type });
        Assert.True(LLamaQuantizer.Quantize(whole, theirs, quantizer, nthread: 1, quantizeOutputTensor: true));
        (GgufHeader our, byte[] ourBytes) = Read(ours);
        (GgufHeader their, byte[] theirBytes) = Read(theirs);
        Assert.Equal(their.Tensors.Keys.Order(), our.Tensors.Keys.Order());
        foreach ((string tensorName, GgufTensor tensor) in our.Tensors)
        {
            GgufTensor other = their.Tensors[tensorName];
            Assert.Equal((other.Type, tensorName), (tensor.Type, tensorName));
            Assert.True(
                Data(ourBytes, tensor).SequenceEqual(Data(theirBytes, other)),
                $"{tensorName} of {tensor.Type} differs from the quantizer's."
            );
        }

        Assert.Equal(their.Keys["general.file_type"], our.Keys["general.file_type"]);
    }

    [Theory]
    [InlineData("f16", 0.1)]
    [InlineData("bf16", 0.6)]
    [InlineData("q8_0", 0.8)]
    public void Runtime_NarrowType_IsCloseToOurForward(string type, double tolerance)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = RandomModels.Create(RandomModels.Qwen2);
        GgufExporter.Export(model, CodeTokenizer.CreateByteLevel(), folder.File("model.gguf"), new() { Type = type });
        int[] ids = RandomModels.Ids(60);
        double distance = RandomModels.Distance(RandomModels.Logits(model, ids), LlamaRuntime.Logits(folder.File("model.gguf"), ids));
        Assert.InRange(distance, 1e-6, tolerance);
    }

    /// <summary>80 is no multiple of 32, so a layer's last matrix can't be quantized; the runtime takes it all the same.</summary>
    [Fact]
    public void Runtime_RowsWithoutWholeBlocks_AreF16()
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = RandomModels.Create(RandomModels.Llama with { IntermediateSize = 80 });
        GgufExporter.Export(model, CodeTokenizer.CreateByteLevel(), folder.File("model.gguf"), new() { Type = "q8_0" });
        GgufHeader header = Read(folder.File("model.gguf")).Header;
        Assert.Equal(GgufTensorType.F16, header.Tensors["blk.0.ffn_down.weight"].Type);
        Assert.Equal(GgufTensorType.Q8_0, header.Tensors["blk.0.ffn_up.weight"].Type);
        int[] ids = RandomModels.Ids(60);
        double distance = RandomModels.Distance(RandomModels.Logits(model, ids), LlamaRuntime.Logits(folder.File("model.gguf"), ids));
        Assert.InRange(distance, 1e-6, 0.8);
    }

    [Fact]
    public void Runtime_RowsInTheOrderOfACheckpoint_ComputesSomethingElse()
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        ModelFamily unpermuted = ModelFamily.Llama with { Gguf = ModelFamily.Llama.Gguf! with { PairsNeighbours = false } };
        using CausalLanguageModel model = RandomModels.Create(RandomModels.Llama with { Family = unpermuted });
        GgufExporter.Export(model, CodeTokenizer.CreateByteLevel(), folder.File("model.gguf"), new() { Type = "f32" });
        int[] ids = RandomModels.Ids(100);
        double distance = RandomModels.Distance(RandomModels.Logits(model, ids), LlamaRuntime.Logits(folder.File("model.gguf"), ids));
        Assert.InRange(distance, 0.1, double.MaxValue);
    }

    /// <summary>Rows at the borders of the types: all 0, halves between two steps, scales below the smallest normal number.</summary>
    private static void SetHardRows(Tensor weight)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        int columns = (int)weight.shape[1];
        Func<int, float>[] rows =
        [
            _ => 0,
            i => i % 32 == 0 ? 127 : i % 32 - 15.5f,
            i => i % 32 == 0 ? -12.7f : (i % 32 - 15.5f) / 10,
            i => (i - 20) * 1e-6f,
            i => (i - 20) * 1e-9f,
            i => (i - 20) * 1e-30f,
            i => 1 + (MathF.ScaleB(1, -11) * (1 + (2 * i))),
            i => 65504 - (8 * i),
        ];
        foreach ((int index, Func<int, float> row) in rows.Index())
        {
            weight[index].copy_(tensor(Enumerable.Range(0, columns).Select(row).ToArray()));
        }
    }

    private static (GgufHeader Header, byte[] Bytes) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        using MemoryStream stream = new(bytes);
        return (GgufHeader.Read(stream, path), bytes);
    }

    private static ReadOnlySpan<byte> Data(byte[] bytes, GgufTensor tensor) => bytes.AsSpan((int)tensor.Offset, (int)tensor.Bytes);
}
