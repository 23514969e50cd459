using System.Text.Json.Nodes;
using ReflectionCoder.Files;
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
        Assert.Equal((1e-6, 10000.0, 0.02), (llama.NormEpsilon, llama.RopeTheta, llama.InitializerRange));
        Assert.Equal((PositionEmbeddingType.Rotary, null, null), (llama.PositionEmbeddingType, llama.RopeScaling, llama.SlidingWindow));
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

        ModelConfig mistral = Edited(("model_type", "\"mistral\""), ("num_key_value_heads", "2"));
        Assert.Equal((131072, 4096), (mistral.MaxPositionEmbeddings, mistral.SlidingWindow));

        ModelConfig qwen3 = Edited(("model_type", "\"qwen3\""), ("num_key_value_heads", "2"));
        Assert.Equal((128, 32768), (qwen3.HeadDimension, qwen3.MaxPositionEmbeddings));
        Assert.False(qwen3.QueryKeyValueBias || qwen3.AttentionOutputBias);
    }

    [Fact]
    public void Parse_EveryField_IsRead()
    {
        ModelConfig config = Edited(
            ("num_key_value_heads", "1"),
            ("head_dim", "32"),
            ("max_position_embeddings", "77"),
            ("rms_norm_eps", "1e-5"),
            ("rope_theta", "5e5"),
            ("rope_scaling", """{"rope_type":"linear","factor":4}"""),
            ("position_embedding_type", "\"rotary\""),
            ("tie_word_embeddings", "true"),
            ("attention_bias", "true"),
            ("mlp_bias", "true"),
            ("initializer_range", "0.1"),
            ("bos_token_id", "7"),
            ("eos_token_id", "[8,9]"),
            ("pad_token_id", "10"),
            ("torch_dtype", "\"bfloat16\""),
            ("architectures", "[\"LlamaForCausalLM\"]"),
            ("hidden_act", "\"silu\"")
        );
        Assert.Equal(
            (1, 32, 77, 1e-5, 5e5, 4.0),
            (
                config.KeyValueHeads,
                config.HeadDimension,
                config.MaxPositionEmbeddings,
                config.NormEpsilon,
                config.RopeTheta,
                config.RopeScaling!.Factor
            )
        );
        Assert.True(config.TieWordEmbeddings && config.QueryKeyValueBias && config.AttentionOutputBias && config.MlpBias);
        Assert.Equal((0.1, 7, 10), (config.InitializerRange, config.BosTokenId!.Value, config.PadTokenId!.Value));
        Assert.Equal([8, 9], config.EosTokenIds);
        Assert.Equal(torch.ScalarType.BFloat16, config.StoredDtype);
    }

    [Theory]
    [InlineData("\"bfloat16\"", "\"float32\"", torch.ScalarType.BFloat16)]
    [InlineData("\"float16\"", null, torch.ScalarType.Float16)]
    [InlineData("null", "\"float16\"", torch.ScalarType.Float16)]
    [InlineData(null, "\"auto\"", null)]
    [InlineData("\"auto\"", "\"float16\"", null)]
    public void Parse_DtypeByBothNames_TheNewerCounts(string? newer, string? older, torch.ScalarType? expected)
    {
        ModelConfig config = Edited(("dtype", newer), ("torch_dtype", older));
        Assert.Equal(expected, config.StoredDtype);
        Assert.Equal(expected, ModelConfig.Parse(config.ToJson()).StoredDtype); // what is written says the same, by one name
        Assert.DoesNotContain("\"dtype\"", config.ToJson());
    }

    [Theory]
    [InlineData("rope_scaling")]
    [InlineData("rope_parameters")]
    [InlineData("auto_map")]
    public void Parse_EmptyObject_AsksForNothing(string field)
    {
        ModelConfig config = Edited((field, "{}"));
        Assert.Null(config.RopeScaling);
        Assert.Equal(10000, config.RopeTheta);
    }

    [Theory]
    [InlineData("model_type", "\"gpt2\"")]
    [InlineData("model_type", "3")]
    [InlineData("architectures", "[\"LlamaForSequenceClassification\"]")]
    [InlineData("architectures", "[\"Qwen2ForCausalLM\"]")]
    [InlineData("hidden_act", "\"gelu\"")]
    [InlineData("position_embedding_type", "\"relative_key\"")]
    [InlineData("num_hidden_layers", "10001")]
    [InlineData("hidden_size", "2147483640")]
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
    public void Parse_BadField_IsNamed(string field, string? value)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => Edited((field, value)));
        Assert.Equal(field, error.Field);
        Assert.Equal("some.json", error.Path);
        Assert.Contains($"some.json: '{error.Field}'", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"vocab_size":1,"vocab_size":2}""")]
    [InlineData("""{"_a":{"b":1,"b":2}}""")]
    [InlineData("""{"_a":["\ud83d"]}""")]
    [InlineData("""{"\ud83d":1}""")]
    public void Parse_NoObject_IsRefused(string json) => Assert.Throws<DataFormatException>(() => ModelConfig.Parse(json, "some.json"));

    [Fact]
    public void Load_NoFile_NamesIt()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            DataFormatException error = Assert.Throws<DataFormatException>(() => ModelConfig.Load(folder));
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
        ModelConfig config = Edited(
            ("transformers_version", "\"4.40.1\""),
            ("use_cache", "false"),
            ("_note", """{"a":[1,2.50]}"""),
            ("eos_token_id", "[1,2]")
        );
        JsonNode json = JsonNode.Parse((config with { VocabularySize = 400 }).ToJson())!;
        Assert.Equal("4.40.1", (string?)json["transformers_version"]);
        Assert.False((bool)json["use_cache"]!);
        Assert.Equal("""{"a":[1,2.50]}""", json["_note"]!.ToJsonString());
        Assert.Equal(400, (int)json["vocab_size"]!);
        Assert.Equal("[1,2]", json["eos_token_id"]!.ToJsonString());
        Assert.Equal("LlamaForCausalLM", (string?)json["architectures"]![0]);
    }

    [Fact]
    public void ToJson_ThenParse_GivesTheSame()
    {
        foreach (ModelConfig config in (ModelConfig[])[.. TinyModels.All.Values, TinyModels.Dynamic])
        {
            string json = (config with { EosTokenIds = [3, 4], StoredDtype = torch.ScalarType.Float32 }).ToJson();
            ModelConfig again = ModelConfig.Parse(json);
            Assert.Equal(json, again.ToJson());
            Assert.Equal(config.LayerTypes, again.LayerTypes);
            Assert.Equal(config.RotaryLayers, again.RotaryLayers);
            Assert.Equal(
                config,
                again with
                {
                    EosTokenIds = config.EosTokenIds,
                    LayerTypes = config.LayerTypes,
                    RotaryLayers = config.RotaryLayers,
                    StoredDtype = null,
                    BosTokenId = null,
                    Source = null,
                }
            );
        }
    }

    [Fact]
    public void ToJson_WholeNumbersThatAreFloats_KeepTheirPoint()
    {
        string json = TinyModels.All["llama-linear"].ToJson(); // transformers refuses an integer factor
        Assert.Contains("\"factor\": 4.0", json);
        Assert.Contains("\"rope_theta\": 100000.0", json);
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
    public void Load_HugeFile_IsRefusedUnread()
    {
        string file = Path.GetTempFileName();
        try
        {
            using (FileStream stream = File.OpenWrite(file))
            {
                stream.SetLength(1L << 40); // a hole
            }

            Assert.Equal(file, Assert.Throws<DataFormatException>(() => ModelConfig.Load(file)).Path);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Parse_LongValue_IsCutInTheMessage() =>
        Assert.InRange(
            Assert.Throws<DataFormatException>(() => Edited(("vocab_size", $"\"{new string('x', 100_000)}\""))).Message.Length,
            1,
            300
        );

    [Fact]
    public void Create_InconsistentCopy_IsRefused()
    {
        Assert.Equal("num_key_value_heads", Refused(TinyModels.Llama with { KeyValueHeads = 3 }));
        Assert.Equal("sliding_window", Refused(TinyModels.Llama with { SlidingWindow = 3 }));
        Assert.Equal("sliding_window", Refused(TinyModels.Mistral with { SlidingWindow = 0 }));
        Assert.Equal("layer_types", Refused(TinyModels.All["qwen2-window"] with { HiddenLayers = 3 }));
        Assert.Equal("layer_types", Refused(TinyModels.All["qwen2-window"] with { SlidingWindow = null }));
        Assert.Equal(
            "layer_types",
            Refused(TinyModels.Mistral with { SlidingWindow = 3, LayerTypes = [LayerType.FullAttention, LayerType.SlidingAttention] })
        );
        Assert.Equal(
            "rope_scaling",
            Refused(
                TinyModels.Absolute with
                {
                    RopeScaling = new() { Type = RopeType.Linear, Factor = 2 },
                }
            )
        );
        Assert.Equal("head_dim", Refused(TinyModels.Dynamic with { HeadDimension = 2 }));
        Assert.Equal("attention_bias", Refused(TinyModels.Qwen3 with { QueryKeyValueBias = true }));
        Assert.Equal("attention_bias", Refused(TinyModels.Mistral with { QueryKeyValueBias = true, AttentionOutputBias = true }));

        static string Refused(ModelConfig config) =>
            Assert.Throws<DataFormatException>(() => CausalLanguageModel.Create(config, torch.CPU, torch.ScalarType.Float32, 1)).Field!;
    }

    /// <summary>Parses a small Llama with fields of a text in front, in place of its own.</summary>
    internal static ModelConfig EditedText(string fields)
    {
        JsonObject json = JsonNode.Parse(Minimal)!.AsObject();
        string rest = string.Concat(
            json.Where(field => !fields.Contains($"\"{field.Key}\"", StringComparison.Ordinal))
                .Select(field => $",\"{field.Key}\":{field.Value!.ToJsonString()}")
        );
        return ModelConfig.Parse($"{{{fields}{rest}}}", "some.json");
    }

    /// <summary>Parses a small Llama with fields put in another's place, or taken out.</summary>
    internal static ModelConfig Edited(params (string Field, string? Value)[] edits)
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
