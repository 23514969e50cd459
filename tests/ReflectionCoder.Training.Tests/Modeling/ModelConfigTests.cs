using System.Text.Json.Nodes;
using ReflectionCoder.Modeling;
using TorchSharp;

namespace ReflectionCoder.Tests.Modeling;

public sealed class ModelConfigTests
{
    private const string Minimal =
        """{"model_type":"llama","vocab_size":320,"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4}""";

    [Fact]
    public void Parse_AbsentFields_HaveTransformersDefaults()
    {
        ModelConfig llama = ModelConfig.Parse(Minimal);
        Assert.Equal((4, 16, 2048), (llama.KeyValueHeads, llama.HeadDimension, llama.MaxPositionEmbeddings));
        Assert.Equal((1e-6, 10000.0, 1.0, 0.02), (llama.RmsNormEpsilon, llama.RopeTheta, llama.RopeScalingFactor, llama.InitializerRange));
        Assert.False(llama.QueryKeyValueBias || llama.AttentionOutputBias || llama.MlpBias || llama.TieWordEmbeddings);
        Assert.Equal(1, llama.BosTokenId);
        Assert.Equal([2], llama.EosTokenIds);
        Assert.Null(llama.PadTokenId);
        Assert.Null(llama.StoredDtype);

        ModelConfig qwen = Edited(("model_type", "\"qwen2\""), ("num_key_value_heads", "2"));
        Assert.True(qwen.QueryKeyValueBias);
        Assert.False(qwen.AttentionOutputBias);
        Assert.Equal(32768, qwen.MaxPositionEmbeddings);
        Assert.Null(qwen.BosTokenId);
        Assert.Empty(qwen.EosTokenIds);

        ModelConfig mistral = Edited(("model_type", "\"mistral\""), ("num_key_value_heads", "2"), ("sliding_window", "null"));
        Assert.Equal(131072, mistral.MaxPositionEmbeddings);
    }

    [Fact]
    public void Parse_EveryField_IsRead()
    {
        ModelConfig config = Edited(
            ("num_key_value_heads", "1"), ("head_dim", "32"), ("max_position_embeddings", "77"), ("rms_norm_eps", "1e-5"), ("rope_theta", "5e5"),
            ("rope_scaling", """{"rope_type":"linear","factor":4}"""), ("tie_word_embeddings", "true"), ("attention_bias", "true"), ("mlp_bias", "true"),
            ("initializer_range", "0.1"), ("bos_token_id", "7"), ("eos_token_id", "[8,9]"), ("pad_token_id", "10"), ("torch_dtype", "\"bfloat16\""),
            ("architectures", "[\"LlamaForCausalLM\"]"), ("hidden_act", "\"silu\""));
        Assert.Equal((1, 32, 77, 1e-5, 5e5, 4.0), (config.KeyValueHeads, config.HeadDimension, config.MaxPositionEmbeddings, config.RmsNormEpsilon, config.RopeTheta, config.RopeScalingFactor));
        Assert.True(config.TieWordEmbeddings && config.QueryKeyValueBias && config.AttentionOutputBias && config.MlpBias);
        Assert.Equal((0.1, 7, 10), (config.InitializerRange, config.BosTokenId!.Value, config.PadTokenId!.Value));
        Assert.Equal([8, 9], config.EosTokenIds);
        Assert.Equal(torch.ScalarType.BFloat16, config.StoredDtype);
    }

    [Theory]
    [InlineData("""{"type":"linear","factor":2.5}""", 2.5)]
    [InlineData("""{"rope_type":"linear","type":"linear","factor":8}""", 8)]
    [InlineData("""{"rope_type":"default"}""", 1)]
    [InlineData("null", 1)]
    public void Parse_RopeScaling_IsUnderstood(string value, double factor) => Assert.Equal(factor, Edited(("rope_scaling", value)).RopeScalingFactor);

    [Fact]
    public void Parse_RopeParameters_AreTheNewerForm()
    {
        ModelConfig config = Edited(("rope_parameters", """{"rope_type":"linear","factor":3.0,"rope_theta":1e6}"""), ("dtype", "\"float16\""));
        Assert.Equal((3.0, 1e6, torch.ScalarType.Float16), (config.RopeScalingFactor, config.RopeTheta, config.StoredDtype));
    }

    [Theory]
    [InlineData("model_type", "\"gpt2\"")]
    [InlineData("model_type", "3")]
    [InlineData("architectures", "[\"LlamaForSequenceClassification\"]")]
    [InlineData("architectures", "[\"Qwen2ForCausalLM\"]")]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("quantization_config", "{\"bits\":4}")]
    [InlineData("attention_dropout", "0.1")]
    [InlineData("partial_rotary_factor", "0.5")]
    [InlineData("layer_types", "[\"sliding_attention\"]")]
    [InlineData("num_local_experts", "8")]
    [InlineData("rope_scaling", "\"linear\"")]
    [InlineData("rope_scaling", """{"type":"dynamic","factor":2}""", "rope_scaling.type")]
    [InlineData("rope_scaling", """{"rope_type":"yarn","factor":2}""", "rope_scaling.rope_type")]
    [InlineData("rope_scaling", """{"factor":2}""", "rope_scaling.rope_type")]
    [InlineData("rope_scaling", """{"type":"linear"}""", "rope_scaling.factor")]
    [InlineData("rope_scaling", """{"type":"linear","factor":0.5}""", "rope_scaling.factor")]
    [InlineData("rope_scaling", """{"type":"linear","factor":2,"beta_fast":32}""", "rope_scaling.beta_fast")]
    [InlineData("rope_scaling", """{"type":"linear","rope_type":"default","factor":2}""", "rope_scaling.type")]
    [InlineData("vocab_size", null)]
    [InlineData("vocab_size", "0")]
    [InlineData("vocab_size", "\"320\"")]
    [InlineData("vocab_size", "320.5")]
    [InlineData("vocab_size", "99999999999")]
    [InlineData("hidden_size", null)]
    [InlineData("hidden_size", "null")]
    [InlineData("intermediate_size", null)]
    [InlineData("num_hidden_layers", null)]
    [InlineData("num_hidden_layers", "-1")]
    [InlineData("num_attention_heads", null)]
    [InlineData("num_attention_heads", "5")]
    [InlineData("num_attention_heads", "0")]
    [InlineData("num_key_value_heads", "3")]
    [InlineData("num_key_value_heads", "0")]
    [InlineData("head_dim", "7")]
    [InlineData("rms_norm_eps", "-1")]
    [InlineData("rope_theta", "0")]
    [InlineData("tie_word_embeddings", "1")]
    [InlineData("eos_token_id", "[\"x\"]")]
    [InlineData("torch_dtype", "\"int8\"")]
    [InlineData("model_type", null)]
    public void Parse_BadField_IsNamed(string field, string? value, string? named = null)
    {
        ModelConfigException error = Assert.Throws<ModelConfigException>(() => Edited((field, value)));
        Assert.Equal(named ?? field, error.Field);
        Assert.Equal("some.json", error.Path);
        Assert.Contains($"some.json: '{error.Field}'", error.Message);
    }

    [Theory]
    [InlineData("mistral", "sliding_window", "4096")]
    [InlineData("mistral", "sliding_window", null)] // transformers' default is 4096
    [InlineData("qwen2", "use_sliding_window", "true")]
    public void Parse_SlidingWindowInForce_IsRefused(string type, string field, string? value)
    {
        ModelConfigException error = Assert.Throws<ModelConfigException>(() => Edited(("model_type", $"\"{type}\""), ("num_key_value_heads", "2"), (field, value)));
        Assert.Equal(field, error.Field);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"vocab_size":1,"vocab_size":2}""")]
    public void Parse_NoObject_IsRefused(string json) => Assert.Throws<ModelConfigException>(() => ModelConfig.Parse(json, "some.json"));

    [Fact]
    public void Load_NoFile_NamesIt()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            ModelConfigException error = Assert.Throws<ModelConfigException>(() => ModelConfig.Load(folder));
            Assert.Equal(Path.Combine(folder, "config.json"), error.Path);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public void ToJson_UnknownFields_AreKept()
    {
        ModelConfig config = Edited(("transformers_version", "\"4.40.1\""), ("use_cache", "false"), ("auto_map", """{"a":[1,2.50]}"""), ("eos_token_id", "[1,2]"));
        JsonNode json = JsonNode.Parse((config with { VocabularySize = 400 }).ToJson())!;
        Assert.Equal("4.40.1", (string?)json["transformers_version"]);
        Assert.False((bool)json["use_cache"]!);
        Assert.Equal("""{"a":[1,2.50]}""", json["auto_map"]!.ToJsonString());
        Assert.Equal(400, (int)json["vocab_size"]!);
        Assert.Equal("[1,2]", json["eos_token_id"]!.ToJsonString());
        Assert.Equal("LlamaForCausalLM", (string?)json["architectures"]![0]);
    }

    [Fact]
    public void ToJson_ThenParse_GivesTheSame()
    {
        foreach (ModelConfig config in TinyModels.All.Values)
        {
            string json = (config with { EosTokenIds = [3, 4], StoredDtype = torch.ScalarType.Float32 }).ToJson();
            ModelConfig again = ModelConfig.Parse(json);
            Assert.Equal(json, again.ToJson());
            Assert.Equal(config, again with { EosTokenIds = config.EosTokenIds, StoredDtype = null, BosTokenId = null, Source = null });
        }
    }

    [Fact]
    public void ToJson_WholeNumbersThatAreFloats_KeepTheirPoint()
    {
        string json = (TinyModels.Llama with { RopeScalingFactor = 4 }).ToJson(); // transformers refuses an integer factor
        Assert.Contains("\"factor\": 4.0", json);
        Assert.Contains("\"rope_theta\": 10000.0", json);
    }

    [Fact]
    public void Save_ThenLoad_GivesTheSame()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            TinyModels.Qwen2.Save(Path.Combine(folder, "config.json"));
            Assert.Equal(TinyModels.Qwen2.ToJson(), ModelConfig.Load(folder).ToJson());
            Assert.Single(Directory.GetFiles(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Create_InconsistentCopy_IsRefused() => Assert.Throws<ModelConfigException>(
        () => CausalLanguageModel.Create(TinyModels.Llama with { KeyValueHeads = 3 }, torch.CPU, torch.ScalarType.Float32, 1));

    private static ModelConfig Edited(params (string Field, string? Value)[] edits)
    {
        JsonObject json = JsonNode.Parse(Minimal)!.AsObject();
        foreach ((string field, string? value) in edits)
        {
            json.Remove(field);
            if (value is not null)
            {
                json[field] = JsonNode.Parse(value);
            }
        }

        return ModelConfig.Parse(json.ToJsonString(), "some.json");
    }
}
