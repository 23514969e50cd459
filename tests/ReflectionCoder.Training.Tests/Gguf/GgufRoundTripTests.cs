using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>A model that is exported and imported again is the same model, to the bit.</summary>
public sealed class GgufRoundTripTests
{
    private static readonly Dictionary<string, ModelConfig> Configs = new()
    {
        ["llama"] = TinyGguf.Llama,
        ["llama biases"] = TinyGguf.Llama with { QueryKeyValueBias = true, AttentionOutputBias = true, MlpBias = true },
        ["llama tied, wide heads"] = TinyGguf.Llama with { HeadDimension = 16, TieWordEmbeddings = true, RopeTheta = 5e5 },
        ["llama linear"] = TinyGguf.Llama with
        {
            RopeScaling = new() { Type = RopeType.Linear, Factor = 2.5 },
        },
        ["llama yarn"] = TinyGguf.Llama with
        {
            RopeScaling = new()
            {
                Type = RopeType.Yarn,
                Factor = 4,
                OriginalMaxPositionEmbeddings = 64,
            },
        },
        ["llama3"] = TinyModels.All["llama-llama3"] with { VocabularySize = 270, RopeTheta = 5e5 },
        ["qwen2"] = TinyGguf.Qwen2,
        ["qwen3"] = TinyGguf.Qwen3,
        ["gemma3"] = TinyGguf.Gemma3,
        ["gemma3 untied, capped, linear"] = TinyGguf.Gemma3 with
        {
            TieWordEmbeddings = false,
            LogitSoftCap = 12.5,
            RopeScaling = new() { Type = RopeType.Linear, Factor = 8 },
        },
        ["gemma3, all layers slide"] = TinyGguf.Gemma3 with { LayerTypes = [LayerType.SlidingAttention, LayerType.SlidingAttention] },
        ["gemma3, no layer slides"] = TinyGguf.Gemma3 with { SlidingWindow = null, LayerTypes = [] },
        ["gemma3, 62 layers"] = TinyGguf.Gemma3 with
        {
            HeadDimension = 16, // attention is scaled by hidden size / heads, 8, all the same
            HiddenLayers = 62,
            LayerTypes = [.. Enumerable.Range(1, 62).Select(i => i % 6 == 0 ? LayerType.FullAttention : LayerType.SlidingAttention)],
        },
        ["smollm3"] = TinyGguf.SmolLM3,
        ["smollm3 untied, three layers"] = TinyGguf.SmolLM3 with
        {
            HiddenLayers = 3,
            RotaryLayers = [true, true, true],
            TieWordEmbeddings = false,
        },
        ["starcoder2"] = TinyGguf.Starcoder2,
        ["starcoder2 untied, yarn"] = TinyGguf.Starcoder2 with
        {
            TieWordEmbeddings = false,
            RopeScaling = new()
            {
                Type = RopeType.Yarn,
                Factor = 4,
                OriginalMaxPositionEmbeddings = 64,
            },
        },
    };

    public static TheoryData<string> Models => [.. Configs.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void Import_EveryModel_IsTheExportedOne(string name) => Compare(Configs[name], ScalarType.Float32, "f32");

    [Theory]
    [InlineData(ScalarType.BFloat16, "bf16")]
    [InlineData(ScalarType.BFloat16, "f32")]
    [InlineData(ScalarType.Float16, "f16")]
    [InlineData(ScalarType.Float16, "f32")]
    public void Import_EveryType_IsTheExportedModel(ScalarType dtype, string type)
    {
        foreach (ModelConfig config in (ModelConfig[])[TinyGguf.Llama, TinyGguf.Gemma3, TinyGguf.Starcoder2])
        {
            Compare(config, dtype, type);
        }
    }

    /// <summary>The architecture's name is the same, and so is what is computed.</summary>
    [Fact]
    public void Import_Mistral_IsReadAsLlama()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Mistral);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = "f32" });
        GgufImporter.Import(folder["tiny.gguf"], folder["model"]);
        using CausalLanguageModel read = ModelFolder.Load(folder["model"]);
        Assert.Equal(Described(TinyGguf.Llama), Described(read.Config));
        Assert.All(model.Parameters, pair => Same(pair.Value, read.Parameters[pair.Key], addsOne: false));
    }

    [Fact]
    public void Import_Quantized_GivesTheBlocksNumbers()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = "q8_0" });
        GgufImporter.Import(folder["tiny.gguf"], folder["model"]);
        using PretrainedModel read = PretrainedModel.Load(new() { Directory = folder["model"], Device = "cpu" });
        Assert.Equal(ScalarType.Float32, read.Model.Dtype);
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            float[] before = TinyGguf.Numbers(weight);
            float[] after = TinyGguf.Numbers(read.Model.Parameters[name]);
            if (weight.dim() == 1)
            {
                Assert.Equal(before, after);
                continue;
            }

            // The rows of queries and keys are moved as a whole, so a block is the same 32 numbers in either order.
            foreach ((float[] numbers, float[] read32) in before.Chunk(32).Zip(after.Chunk(32)))
            {
                float largest = numbers.Max(Math.Abs);
                float scale = (float)(Half)(largest / 127);
                float inverse = 1 / (largest / 127);
                Assert.Equal(numbers.Select(number => scale * MathF.Round(number * inverse, MidpointRounding.AwayFromZero)), read32);
            }
        }
    }

    [Fact]
    public void Import_SentencePiece_KeepsIds()
    {
        using TemporaryFolder folder = new();
        CodeTokenizer tokenizer = TinyGguf.SentencePiece();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { VocabularySize = tokenizer.VocabularySize + 3 });
        GgufExporter.Export(model, tokenizer, folder["tiny.gguf"]);
        GgufImporter.Import(folder["tiny.gguf"], folder["model"]);
        SameIds(tokenizer, CodeTokenizer.Load(folder["model"]));
    }

    [Theory]
    [InlineData("gpt-2")]
    [InlineData("qwen2")]
    [InlineData("llama-bpe")]
    [InlineData("starcoder")]
    public void Import_ByteLevelWithMerges_KeepsIds(string preTokenizer)
    {
        using TemporaryFolder folder = new();
        var tokenizer = CodeTokenizer.TrainByteLevel(["abab abc 1234 the end of the text", "the abc 1234 abab"], 300);
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { VocabularySize = tokenizer.VocabularySize });
        GgufExporter.Export(model, tokenizer, folder["tiny.gguf"], new() { PreTokenizer = preTokenizer });
        GgufImporter.Import(folder["tiny.gguf"], folder["model"]);
        var read = CodeTokenizer.Load(folder["model"]);
        Assert.Equal(preTokenizer, ReflectionCoder.Gguf.Vocabularies.PreTokenizerNames.Find(read.Definition));
        Assert.Equal(tokenizer.Definition.Merges, read.Definition.Merges);
        Assert.Equal(tokenizer.Definition.Vocabulary, read.Definition.Vocabulary);
        if (preTokenizer == "gpt-2")
        {
            SameIds(tokenizer, read);
        }
    }

    /// <summary>Exported again, the imported folder gives the same file.</summary>
    [Theory]
    [InlineData("qwen2", "f32")]
    [InlineData("qwen2", "q8_0")]
    [InlineData("gemma3", "f32")]
    [InlineData("gemma3", "q8_0")]
    [InlineData("starcoder2", "q8_0")]
    public void Import_ThenExport_GivesTheSameFile(string name, string type)
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(Configs[name]);
        GgufExportOptions options = new() { Type = type, Name = "tiny" };
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], options);
        GgufImporter.Import(folder["tiny.gguf"], folder["model"]);
        GgufExporter.Export(folder["model"], adapter: null, folder["again.gguf"], options);
        Assert.Equal(File.ReadAllBytes(folder["tiny.gguf"]), File.ReadAllBytes(folder["again.gguf"]));
    }

    private static void Compare(ModelConfig config, ScalarType dtype, string type)
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(config, dtype);
        using (no_grad())
        {
            using Tensor first = model.InputEmbedding[0];
            first.zero_().neg_();
        }

        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = type });
        GgufImporter.Import(folder["tiny.gguf"], folder["model"]);
        using PretrainedModel read = PretrainedModel.Load(new() { Directory = folder["model"], Device = "cpu" });
        Assert.Equal(config.Family, read.Model.Config.Family);
        Assert.Equal(Described(config), Described(read.Model.Config));
        Assert.Equal(DtypeOf(type), ModelConfig.Load(Path.Combine(folder["model"], "config.json")).StoredDtype);
        Assert.Equal(model.Parameters.Keys, read.Model.Parameters.Keys);
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            Assert.Equal(weight.shape, read.Model.Parameters[name].shape);
            Same(weight, read.Model.Parameters[name], config.Family.Norm.AddsOne);
        }

        Assert.Empty(read.Tokenizer.AppendedMarkers);
        SameIds(TinyGguf.Tokenizer, read.Tokenizer);
        Assert.Equal([264, 262, 261], read.Model.GenerationConfig.EosTokenIds);
    }

    private static ScalarType DtypeOf(string type) =>
        type switch
        {
            "f16" => ScalarType.Float16,
            "bf16" => ScalarType.BFloat16,
            _ => ScalarType.Float32,
        };

    /// <summary>Compares weights to the bit. Norms with 1 + weight are written as that sum, which is rounded to float32 once.</summary>
    private static void Same(Tensor expected, Tensor read, bool addsOne)
    {
        (float[] before, float[] after) = (TinyGguf.Numbers(expected), TinyGguf.Numbers(read));
        if (!addsOne || expected.dim() > 1)
        {
            Assert.Equal(before.Select(BitConverter.SingleToUInt32Bits), after.Select(BitConverter.SingleToUInt32Bits));
            return;
        }

        // A number so small that the sum rounds it is rounded to the model's type again.
        float unit = expected.dtype == ScalarType.Float32 ? MathF.ScaleB(1, -24) : MathF.ScaleB(1, -23);
        Assert.All(before.Zip(after), pair => Assert.InRange(pair.Second - pair.First, -Rounding(pair.First), Rounding(pair.First)));
        Assert.Contains(before, number => number != 0);

        float Rounding(float number) => unit * MathF.Max(1, MathF.Abs(1 + number));
    }

    /// <summary>What decides a forward pass, without the ids and the dtype.</summary>
    private static string Described(ModelConfig config) =>
        ReflectionCoder.Modeling.ConfigFiles.ModelConfigWriter.Identify(config with { Source = null });

    private static void SameIds(CodeTokenizer expected, CodeTokenizer read)
    {
        foreach (string text in (string[])["abc ab a  b", "The end, 1234.\n", "é 世界 🙂", "<|user|><|text|>abc<|endofblock|>"])
        {
            Assert.Equal(expected.EncodeText(text), read.EncodeText(text));
            int[] ids = expected.EncodeWithSpecialTokens(text);
            Assert.Equal(ids, read.EncodeWithSpecialTokens(text));
            Assert.Equal(expected.Decode(ids), read.Decode(ids));
        }

        Assert.Equal((expected.BosTokenId, expected.EosTokenId), (read.BosTokenId, read.EosTokenId));
        Assert.Equal(expected.HasBosToken, read.HasBosToken);
        Assert.Equal((expected.HasPadToken, expected.PadTokenId), (read.HasPadToken, read.PadTokenId));
        Assert.Equal(Markers.All.Select(expected.EncodeWithSpecialTokens), Markers.All.Select(read.EncodeWithSpecialTokens));
    }
}
