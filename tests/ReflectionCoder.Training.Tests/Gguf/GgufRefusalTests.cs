using ReflectionCoder.Files;
using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>Models that the format or the runtime can't express are refused by the field, and no file is written.</summary>
public sealed class GgufRefusalTests
{
    private static readonly RopeScaling Yarn = new()
    {
        Type = RopeType.Yarn,
        Factor = 4,
        OriginalMaxPositionEmbeddings = 64,
    };

    private static readonly Dictionary<string, (ModelConfig Config, string Field)> Configs = new()
    {
        ["window"] = (TinyGguf.Mistral with { SlidingWindow = 1024 }, "sliding_window"),
        ["window of later layers"] = (
            TinyGguf.Qwen2 with
            {
                SlidingWindow = 1024,
                LayerTypes = [LayerType.FullAttention, LayerType.SlidingAttention],
            },
            "sliding_window"
        ),
        ["absolute positions"] = (
            TinyGguf.Llama with
            {
                PositionEmbeddingType = PositionEmbeddingType.Absolute,
            },
            "position_embedding_type"
        ),
        ["gemma3, other attention"] = (TinyGguf.Gemma3 with { AttentionScale = 0.25 }, "query_pre_attn_scalar"),
        ["gemma3, attention by width of a head in 62 layers"] = (
            TinyGguf.Gemma3 with
            {
                HeadDimension = 16,
                AttentionScale = 0.25,
                HiddenLayers = 62,
                LayerTypes = [.. Enumerable.Repeat(LayerType.SlidingAttention, 62)],
            },
            "query_pre_attn_scalar"
        ),
        ["gemma3, windows in no order"] = (
            TinyGguf.Gemma3 with
            {
                HiddenLayers = 3,
                LayerTypes = [LayerType.FullAttention, LayerType.SlidingAttention, LayerType.SlidingAttention],
            },
            "layer_types"
        ),
        ["gemma3 biases"] = (TinyGguf.Gemma3 with { QueryKeyValueBias = true, AttentionOutputBias = true }, "attention_bias"),
        ["gemma3 llama3 rope"] = (
            TinyGguf.Gemma3 with
            {
                RopeScaling = new() { Type = RopeType.Llama3, Factor = 8 },
            },
            "rope_scaling.rope_type"
        ),
        ["gemma3, another factor on embeddings"] = (
            TinyGguf.Gemma3 with
            {
                EmbeddingScale = 3,
                Family = ModelFamily.Gemma3 with { ModelType = "own", Complete = config => config with { EmbeddingScale = 3 } },
            },
            "EmbeddingScale"
        ),
        ["gemma3 yarn with a factor of its own"] = (
            TinyGguf.Gemma3 with
            {
                RopeScaling = Yarn with { AttentionFactor = 1.3 },
            },
            "rope_scaling.attention_factor"
        ),
        ["smollm3, another layer without rotary embeddings"] = (
            TinyGguf.SmolLM3 with
            {
                RotaryLayers = [true, true, false, true],
            },
            "no_rope_layers"
        ),
        ["smollm3, no positions"] = (TinyGguf.SmolLM3 with { RotaryLayers = [false, false, false, false] }, "no_rope_layers"),
        ["smollm3, all rotary"] = (TinyGguf.SmolLM3 with { RotaryLayers = [] }, "no_rope_layers"),
        ["smollm3 biases"] = (TinyGguf.SmolLM3 with { QueryKeyValueBias = true, AttentionOutputBias = true }, "attention_bias"),
        ["smollm3 MLP biases"] = (TinyGguf.SmolLM3 with { MlpBias = true }, "mlp_bias"),
        ["smollm3 window"] = (
            TinyGguf.SmolLM3 with
            {
                SlidingWindow = 1024,
                LayerTypes = [LayerType.FullAttention, LayerType.FullAttention, LayerType.FullAttention, LayerType.SlidingAttention],
            },
            "sliding_window"
        ),
        ["smollm3 llama3 rope"] = (
            TinyGguf.SmolLM3 with
            {
                RopeScaling = new() { Type = RopeType.Llama3, Factor = 8 },
            },
            "rope_scaling.rope_type"
        ),
        ["starcoder2 without biases"] = (
            TinyGguf.Starcoder2 with
            {
                QueryKeyValueBias = false,
                AttentionOutputBias = false,
                MlpBias = false,
            },
            "use_bias"
        ),
        ["starcoder2 window"] = (TinyGguf.Starcoder2 with { SlidingWindow = 1024 }, "sliding_window"),
        ["starcoder2 llama3 rope"] = (
            TinyGguf.Starcoder2 with
            {
                RopeScaling = new() { Type = RopeType.Llama3, Factor = 8 },
            },
            "rope_scaling.rope_type"
        ),
        ["starcoder2 wide heads"] = (TinyGguf.Starcoder2 with { HeadDimension = 16 }, "head_dim"),
        ["qwen2 wide heads"] = (TinyGguf.Qwen2 with { HeadDimension = 16 }, "head_dim"),
        ["yarn beta_fast"] = (TinyGguf.Llama with { RopeScaling = Yarn with { BetaFast = 16 } }, "rope_scaling.beta_fast"),
        ["yarn beta_slow"] = (TinyGguf.Llama with { RopeScaling = Yarn with { BetaSlow = 0.5 } }, "rope_scaling.beta_slow"),
        ["yarn truncate"] = (TinyGguf.Llama with { RopeScaling = Yarn with { Truncate = false } }, "rope_scaling.truncate"),
        ["llama3 rope on qwen2"] = (
            TinyGguf.Qwen2 with
            {
                RopeScaling = new() { Type = RopeType.Llama3, Factor = 8 },
            },
            "rope_scaling.rope_type"
        ),
        ["llama3 rope on qwen3"] = (
            TinyGguf.Qwen3 with
            {
                RopeScaling = new() { Type = RopeType.Llama3, Factor = 8 },
            },
            "rope_scaling.rope_type"
        ),
        ["biases on qwen3"] = (TinyGguf.Qwen3 with { QueryKeyValueBias = true, AttentionOutputBias = true }, "attention_bias"),
        ["a family without a form"] = (TinyGguf.Llama with { Family = ModelFamily.Llama with { Gguf = null } }, "model_type"),
        ["scaled embeddings"] = (Scaled(config => config with { EmbeddingScale = 2 }), "EmbeddingScale"),
        ["scaled attention"] = (Scaled(config => config with { AttentionScale = 0.5 }), "AttentionScale"),
        ["scaled logits"] = (Scaled(config => config with { LogitScale = 2 }), "LogitScale"),
        ["capped logits"] = (Scaled(config => config with { LogitSoftCap = 30 }), "LogitSoftCap"),
        ["another base in layers with a window"] = (Scaled(config => config with { SlidingRopeTheta = 100 }), "SlidingRopeTheta"),
    };

    public static TheoryData<string> ConfigNames => [.. Configs.Keys];

    [Theory]
    [MemberData(nameof(ConfigNames))]
    public void Export_ConfigurationThatTheRuntimeLacks_IsRefused(string name)
    {
        (ModelConfig config, string field) = Configs[name];
        using CausalLanguageModel model = TinyModels.Create(config);
        TinyGguf.Refused(field, path => GgufExporter.Export(model, TinyGguf.Tokenizer, path, new() { Type = "f32" }));
    }

    /// <summary>The file's name is the model's where no other is given.</summary>
    [Fact]
    public void Export_NameByWhichTheRuntimeKnowsTokens_IsRefused()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        string path = folder["Phi-3-tuned.gguf"];
        DataFormatException error = Assert.Throws<DataFormatException>(() => GgufExporter.Export(model, TinyGguf.Tokenizer, path));
        Assert.Equal("general.name", error.Field);
        Assert.Empty(Directory.GetFiles(folder.FullName));
        GgufExporter.Export(model, TinyGguf.Tokenizer, path, new() { Name = "tuned" });
        Assert.Equal("tuned", new NaiveGguf(path).Keys["general.name"]);
    }

    /// <summary>The window may be as long as the context, and the context may be cut to it. Dynamic scaling begins behind the
    /// context.</summary>
    [Fact]
    public void Export_ContextWithinTheWindow_IsWritten()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Mistral with { SlidingWindow = 1024 });
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { ContextLength = 1024 });
        Assert.Equal(1024u, new NaiveGguf(folder["tiny.gguf"]).Keys["llama.context_length"]);
        using CausalLanguageModel dynamic = TinyModels.Create(TinyModels.Dynamic with { VocabularySize = 266 });
        GgufExporter.Export(dynamic, TinyGguf.Tokenizer, folder["tiny.gguf"]);
        NaiveGguf file = new(folder["tiny.gguf"]);
        Assert.Equal(5u, file.Keys["llama.context_length"]);
        Assert.DoesNotContain("llama.rope.scaling.type", file.Keys.Keys);
    }

    /// <summary>A configuration of a family that can say how it scales.</summary>
    private static ModelConfig Scaled(Func<ModelConfig, ModelConfig> change)
    {
        ModelConfig config = change(TinyGguf.Llama);
        return config with
        {
            Family = ModelFamily.Llama with
            {
                ModelType = "scaled",
                Complete = read =>
                    read with
                    {
                        EmbeddingScale = config.EmbeddingScale,
                        AttentionScale = config.AttentionScale,
                        LogitScale = config.LogitScale,
                        LogitSoftCap = config.LogitSoftCap,
                        SlidingRopeTheta = config.SlidingRopeTheta,
                    },
            },
        };
    }
}
