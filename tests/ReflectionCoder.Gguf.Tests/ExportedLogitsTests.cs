using System.Text.Json;
using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests;

/// <summary>llama.cpp computes with an exported file what the reference and our decoder compute.</summary>
public sealed class ExportedLogitsTests
{
    private const double Tolerance = 1e-4;

    private static readonly Dictionary<string, ModelConfig> Configs = new()
    {
        ["llama"] = RandomModels.Llama,
        ["llama tied, biases"] = RandomModels.Llama with
        {
            TieWordEmbeddings = true,
            QueryKeyValueBias = true,
            AttentionOutputBias = true,
            MlpBias = true,
        },
        ["llama linear"] = RandomModels.Llama with
        {
            RopeScaling = new() { Type = RopeType.Linear, Factor = 3 },
        },
        ["llama dynamic"] = RandomModels.Llama with
        {
            RopeScaling = new() { Type = RopeType.Dynamic, Factor = 2 },
        },
        ["llama llama3"] = RandomModels.Llama with
        {
            RopeScaling = new()
            {
                Type = RopeType.Llama3,
                Factor = 8,
                OriginalMaxPositionEmbeddings = 64,
            },
        },
        ["llama yarn"] = RandomModels.Llama with { RopeScaling = Yarn },
        ["llama yarn, own factor"] = RandomModels.Llama with { RopeScaling = Yarn with { AttentionFactor = 1.3 } },
        ["mistral"] = RandomModels.Mistral,
        ["mistral, wide window"] = RandomModels.Mistral with { SlidingWindow = 512 },
        ["qwen2"] = RandomModels.Qwen2,
        ["qwen2 yarn"] = RandomModels.Qwen2 with { RopeScaling = Yarn },
        ["qwen3"] = RandomModels.Qwen3,
        ["qwen3 tied, linear"] = RandomModels.Qwen3 with
        {
            TieWordEmbeddings = true,
            RopeScaling = new() { Type = RopeType.Linear, Factor = 2 },
        },
    };

    private static RopeScaling Yarn =>
        new()
        {
            Type = RopeType.Yarn,
            Factor = 4,
            OriginalMaxPositionEmbeddings = 64,
        };

    public static TheoryData<string> Models => [.. Configs.Keys];

    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-llama-linear")]
    [InlineData("tiny-qwen2")]
    [Trait("Category", "Golden")]
    public void Runtime_Goldens_AreMet(string name)
    {
        LlamaRuntime.Require();
        JsonElement golden = Reference.Golden("logits");
        using TemporaryFolder folder = new();
        using var model = Pretrained.ModelFolder.Load(Reference.PathOf(name));
        GgufExporter.Export(model, CodeTokenizer.CreateByteLevel(), folder.File("model.gguf"), new() { Type = "f32" });
        JsonElement cases = golden
            .GetProperty("models")
            .EnumerateArray()
            .Single(entry => entry.GetProperty("model").GetString() == name)
            .GetProperty("cases");
        int compared = 0;
        foreach ((int[] ids, float[][] expected) in cases.EnumerateArray().SelectMany(UnmaskedRows))
        {
            float[][] logits = LlamaRuntime.Logits(folder.File("model.gguf"), ids);
            Assert.InRange(RandomModels.Distance(expected, logits), 0, Tolerance);
            compared++;
        }

        Assert.True(compared >= 2, $"{compared} rows were compared.");
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Runtime_RandomModel_EqualsOurForward(string name)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = RandomModels.Create(Configs[name]);
        GgufExporter.Export(model, CodeTokenizer.CreateByteLevel(), folder.File("model.gguf"), new() { Type = "f32" });
        int[] ids = RandomModels.Ids(100);
        double distance = RandomModels.Distance(RandomModels.Logits(model, ids), LlamaRuntime.Logits(folder.File("model.gguf"), ids));
        Assert.InRange(distance, 0, Tolerance);
    }

    /// <summary>Rows of a case that no mask touches at their start; those that end in padding are cut before it.</summary>
    private static IEnumerable<(int[] Ids, float[][] Logits)> UnmaskedRows(JsonElement golden)
    {
        int[][] ids = golden.GetProperty("input_ids").Deserialize<int[][]>()!;
        int[][] masks = golden.GetProperty("attention_mask").Deserialize<int[][]>()!;
        float[][][] logits = golden.GetProperty("logits").Deserialize<float[][][]>()!;
        bool ordered = golden.GetProperty("position_ids").ValueKind == JsonValueKind.Null;
        foreach ((int row, int[] mask) in masks.Index())
        {
            int length = mask.Sum();
            if (ordered && mask.Take(length).All(visible => visible == 1))
            {
                yield return (ids[row][..length], logits[row][..length]);
            }
        }
    }
}
