using System.Text.Json;
using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
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
        ["gemma3"] = RandomModels.Gemma3,
        ["gemma3 untied, linear"] = RandomModels.Gemma3 with
        {
            TieWordEmbeddings = false,
            RopeScaling = new() { Type = RopeType.Linear, Factor = 8 },
        },
        ["gemma3, other order and base"] = RandomModels.Gemma3 with { LayerTypes = RandomModels.EveryNth(3, 7), SlidingRopeTheta = 500 },
        ["gemma3, every layer slides"] = RandomModels.Gemma3 with { LayerTypes = RandomModels.EveryNth(8, 7) },
        ["gemma3, no layer slides, capped"] = RandomModels.Gemma3 with { SlidingWindow = null, LayerTypes = [], LogitSoftCap = 5 },
        ["gemma3 capped"] = RandomModels.Gemma3 with { LogitSoftCap = 5 },
        ["gemma3, 62 layers"] = RandomModels.Gemma3 with
        {
            HiddenLayers = 62,
            LayerTypes = RandomModels.EveryNth(6, 62),
            AttentionScale = 1 / Math.Sqrt(16),
        },
        ["gemma3 yarn"] = RandomModels.Gemma3 with { RopeScaling = Yarn },
        ["gemma3 yarn, own factor, no windows"] = RandomModels.Gemma3 with
        {
            SlidingWindow = null,
            LayerTypes = [],
            RopeScaling = Yarn with { AttentionFactor = 1.3 },
        },
        ["smollm3"] = RandomModels.SmolLM3,
        ["smollm3 untied, yarn"] = RandomModels.SmolLM3 with { TieWordEmbeddings = false, RopeScaling = Yarn },
        ["smollm3, wide heads, linear"] = RandomModels.SmolLM3 with
        {
            HeadDimension = 24,
            RopeScaling = new() { Type = RopeType.Linear, Factor = 2 },
        },
        ["starcoder2"] = RandomModels.Starcoder2,
        ["starcoder2 untied, yarn"] = RandomModels.Starcoder2 with { TieWordEmbeddings = false, RopeScaling = Yarn },
        ["starcoder2, wide window, linear"] = RandomModels.Starcoder2 with
        {
            SlidingWindow = 512,
            RopeScaling = new() { Type = RopeType.Linear, Factor = 2 },
        },
    };

    private static readonly Dictionary<string, (string Model, Func<ModelConfig, ModelConfig> Change)> OtherValues = new()
    {
        ["another layer without rotary embeddings"] = ("smollm3", config => config with { RotaryLayers = [true, true, false, true, true] }),
        ["a smaller window"] = ("gemma3", config => config with { SlidingWindow = 31 }),
        ["a larger window"] = ("gemma3", config => config with { SlidingWindow = 33 }),
        ["other layers with it"] = ("gemma3", config => config with { LayerTypes = RandomModels.EveryNth(5, 7) }),
        ["another base in layers with it"] = ("gemma3", config => config with { SlidingRopeTheta = 9000 }),
        ["another base in layers without"] = ("gemma3", config => config with { RopeTheta = 1e4 }),
        ["another factor on embeddings"] = ("gemma3", config => config with { EmbeddingScale = 7, Family = Rescaled }),
        ["another factor on attention"] = ("gemma3", config => config with { AttentionScale = 0.25 }),
        ["another factor on attention of 62 layers"] = ("gemma3, 62 layers", config => config with { AttentionScale = 1 / Math.Sqrt(24) }),
        ["another cap"] = ("gemma3 capped", config => config with { LogitSoftCap = 5.5 }),
    };

    /// <summary>Gemma 3 that scales embeddings by 7.</summary>
    private static ModelFamily Rescaled =>
        ModelFamily.Gemma3 with
        {
            ModelType = "rescaled",
            Complete = config => config with { EmbeddingScale = 7 },
        };

    private static RopeScaling Yarn =>
        new()
        {
            Type = RopeType.Yarn,
            Factor = 4,
            OriginalMaxPositionEmbeddings = 64,
        };

    public static TheoryData<string> Models => [.. Configs.Keys];

    public static TheoryData<string> Changes => [.. OtherValues.Keys];

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

    [Fact]
    public void Models_OfTheTests_AreOfEveryFamily() =>
        Assert.Equal(ModelFamilies.All, Configs.Values.Select(config => config.Family).Distinct().OrderBy(family => family.ModelType));

    [Theory]
    [MemberData(nameof(Models))]
    public void Runtime_RandomModel_EqualsOurForward(string name)
    {
        using CausalLanguageModel model = RandomModels.Create(Configs[name]);
        if (HasGelu(model.Config))
        {
            RandomModels.Quieten(model);
        }

        Assert.InRange(Distance(model, model), 0, Tolerance);
    }

    /// <summary>
    /// llama.cpp looks GELU up in a table of float16 on a CPU, which changes logits of these models by some thousandths. With such a table
    /// in our forward, most of that is gone; the rest is from numbers near the middle between two entries.
    /// </summary>
    [Theory]
    [InlineData("gemma3")]
    [InlineData("starcoder2")]
    public void Runtime_Gelu_IsOffByWhatItsTableIs(string name)
    {
        using CausalLanguageModel model = RandomModels.Create(Configs[name]);
        using CausalLanguageModel rounded = RandomModels.Create(RuntimeGelu.In(Configs[name]));
        double plain = Distance(model, model);
        Assert.InRange(plain, 1e-4, 1e-2);
        Assert.InRange(Distance(model, rounded), 0, plain * 0.7);
    }

    /// <summary>What the runtime reads of a file counts: our forward with another value is far from it.</summary>
    [Theory]
    [MemberData(nameof(Changes))]
    public void Runtime_OtherValue_ComputesSomethingElse(string name)
    {
        (string original, Func<ModelConfig, ModelConfig> change) = OtherValues[name];
        using CausalLanguageModel model = RandomModels.Create(Configs[original]);
        using CausalLanguageModel other = RandomModels.Create(change(Configs[original]));
        Assert.InRange(Distance(model, other), 0.05, double.MaxValue);
    }

    /// <summary>The distance of the runtime's logits for an exported model from those of our forward for another one.</summary>
    private static double Distance(CausalLanguageModel exported, CausalLanguageModel forward)
    {
        LlamaRuntime.Require();
        using TemporaryFolder folder = new();
        GgufExporter.Export(exported, CodeTokenizer.CreateByteLevel(), folder.File("model.gguf"), new() { Type = "f32" });
        int[] ids = RandomModels.Ids(100);
        return RandomModels.Distance(RandomModels.Logits(forward, ids), LlamaRuntime.Logits(folder.File("model.gguf"), ids));
    }

    private static bool HasGelu(ModelConfig config) => config != RuntimeGelu.In(config);

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
