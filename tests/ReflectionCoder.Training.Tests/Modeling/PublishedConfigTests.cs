using System.Text.Json.Nodes;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Families;

namespace ReflectionCoder.Tests.Modeling;

/// <summary>What the configurations of published models say, and how many parameters the models have.</summary>
public sealed class PublishedConfigTests
{
    private const string Llama3Scaling =
        "\"rope_type\":\"llama3\",\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"original_max_position_embeddings\":8192";

    // model_type; hidden_size, intermediate_size, layers, heads, key-value heads, vocabulary, longest; tied; other fields; parameters
    public static TheoryData<string, string, int[], bool, string, long> Supported =>
        new()
        {
            { "CodeLlama-7b", "llama", [4096, 11008, 32, 32, 32, 32016, 16384], false, CodeLlama, 6_738_546_688 },
            { "CodeLlama-7b-Python", "llama", [4096, 11008, 32, 32, 32, 32000, 16384], false, CodeLlama, 6_738_415_616 },
            { "CodeLlama-13b", "llama", [5120, 13824, 40, 40, 40, 32016, 16384], false, CodeLlama, 13_016_028_160 },
            { "CodeLlama-34b", "llama", [8192, 22016, 48, 64, 8, 32000, 16384], false, CodeLlama, 33_743_970_304 },
            { "deepseek-coder-1.3b", "llama", [2048, 5504, 24, 16, 16, 32256, 16384], false, DeepSeek, 1_346_471_936 },
            { "deepseek-coder-6.7b", "llama", [4096, 11008, 32, 32, 32, 32256, 16384], false, DeepSeek, 6_740_512_768 },
            { "deepseek-coder-33b", "llama", [7168, 19200, 62, 56, 8, 32256, 16384], false, DeepSeek, 33_342_991_360 },
            {
                "TinyLlama-1.1B",
                "llama",
                [2048, 5632, 22, 32, 4, 32000, 2048],
                false,
                """{"rms_norm_eps":1e-05,"rope_scaling":null,"pretraining_tp":1}""",
                1_100_048_384
            },
            {
                "Llama-3.1-8B",
                "llama",
                [4096, 14336, 32, 32, 8, 128256, 131072],
                false,
                $$"""{"rope_theta":500000.0,"rope_scaling":{"factor":8.0,{{Llama3Scaling}}},"mlp_bias":false,"attention_bias":false,"eos_token_id":[128001,128008,128009]}""",
                8_030_261_248
            },
            {
                "Llama-3.2-1B",
                "llama",
                [2048, 8192, 16, 32, 8, 128256, 131072],
                true,
                $$"""{"rope_theta":500000.0,"rope_scaling":{"factor":32.0,{{Llama3Scaling}}},"head_dim":64}""",
                1_235_814_400
            },
            { "Qwen2.5-Coder-0.5B", "qwen2", [896, 4864, 24, 14, 2, 151936, 32768], true, Qwen, 494_032_768 },
            { "Qwen2.5-Coder-1.5B", "qwen2", [1536, 8960, 28, 12, 2, 151936, 32768], true, Qwen, 1_543_714_304 },
            { "Qwen2.5-Coder-3B", "qwen2", [2048, 11008, 36, 16, 2, 151936, 32768], true, Qwen, 3_085_938_688 },
            { "Qwen2.5-Coder-7B", "qwen2", [3584, 18944, 28, 28, 4, 152064, 32768], false, Qwen, 7_615_616_512 },
            { "Qwen2.5-Coder-14B", "qwen2", [5120, 13824, 48, 40, 8, 152064, 32768], false, Qwen, 14_770_033_664 },
            { "Qwen2.5-Coder-32B", "qwen2", [5120, 27648, 64, 40, 8, 152064, 32768], false, Qwen, 32_763_876_352 },
            {
                "Mistral-7B-v0.1",
                "mistral",
                [4096, 14336, 32, 32, 8, 32000, 32768],
                false,
                """{"rope_theta":10000.0,"sliding_window":4096,"rms_norm_eps":1e-05}""",
                7_241_732_096
            },
            {
                "Mistral-7B-v0.2",
                "mistral",
                [4096, 14336, 32, 32, 8, 32000, 32768],
                false,
                """{"rope_theta":1000000.0,"sliding_window":null,"attention_dropout":0.0}""",
                7_241_732_096
            },
            {
                "Mistral-7B-v0.3",
                "mistral",
                [4096, 14336, 32, 32, 8, 32768, 32768],
                false,
                """{"rope_theta":1000000.0,"sliding_window":null,"attention_dropout":0.0}""",
                7_248_023_552
            },
            {
                "Codestral-22B-v0.1",
                "mistral",
                [6144, 16384, 56, 48, 8, 32768, 32768],
                false,
                """{"rope_theta":1000000.0,"sliding_window":null,"head_dim":128}""",
                22_247_282_688
            },
            { "gemma-3-270m", "gemma3_text", [640, 2048, 18, 4, 1, 262144, 32768], true, Gemma3(270), 268_098_176 },
            { "gemma-3-1b-it", "gemma3_text", [1152, 6912, 26, 4, 1, 262144, 32768], true, Gemma3(1), 999_885_952 },
            { "Qwen3-0.6B", "qwen3", [1024, 3072, 28, 16, 8, 151936, 40960], true, Qwen3, 596_049_920 },
            { "Qwen3-8B", "qwen3", [4096, 12288, 36, 32, 8, 151936, 40960], false, Qwen3, 8_190_735_360 },
            { "SmolLM3-3B", "smollm3", [2048, 11008, 36, 16, 4, 128256, 65536], true, SmolLM3, 3_075_098_624 },
            {
                "starcoder2-3b",
                "starcoder2",
                [3072, 12288, 30, 24, 2, 49152, 16384],
                true,
                Starcoder2("\"rope_theta\":999999.4420358813"),
                3_030_371_328
            },
            {
                "starcoder2-7b",
                "starcoder2",
                [4608, 18432, 32, 36, 4, 49152, 16384],
                true,
                Starcoder2("\"rope_theta\":1000000"),
                7_173_923_840
            },
        };

    private static string CodeLlama =>
        """{"rope_theta":1000000,"rope_scaling":null,"pretraining_tp":1,"rms_norm_eps":1e-05,"hidden_act":"silu"}""";

    private static string DeepSeek =>
        """{"rope_theta":100000,"rope_scaling":{"factor":4.0,"type":"linear"},"pretraining_tp":1,"attention_bias":false,"bos_token_id":32013,"eos_token_id":32014,"transformers_version":"4.33.1"}""";

    private static string Qwen =>
        """{"rope_theta":1000000.0,"use_sliding_window":false,"sliding_window":131072,"max_window_layers":28,"attention_dropout":0.0,"use_mrope":false,"rms_norm_eps":1e-06,"use_cache":true}""";

    private static string Qwen3 =>
        """{"rope_theta":1000000,"head_dim":128,"attention_bias":false,"attention_dropout":0.0,"use_sliding_window":false,"sliding_window":null,"max_window_layers":28,"rope_scaling":null}""";

    /// <summary>Every fourth layer is without rotary embeddings; the file says it twice.</summary>
    private static string SmolLM3 =>
        "{\"attention_bias\":false,\"attention_dropout\":0.0,\"mlp_bias\":false,\"hidden_act\":\"silu\",\"initializer_range\":0.02,"
        + "\"rms_norm_eps\":1e-06,\"rope_scaling\":null,\"rope_theta\":5000000.0,\"pretraining_tp\":2,\"use_cache\":false,"
        + "\"use_sliding_window\":false,\"sliding_window\":null,\"max_window_layers\":28,\"no_rope_layer_interval\":4,"
        + "\"no_rope_layers\":["
        + string.Join(',', Enumerable.Range(1, 36).Select(layer => layer % 4 == 0 ? 0 : 1))
        + "],\"layer_types\":["
        + string.Join(',', Enumerable.Repeat("\"full_attention\"", 36))
        + "],\"bos_token_id\":128000,\"eos_token_id\":128012,\"pad_token_id\":128004}";

    /// <summary>The files ask for dropout in training, which this library doesn't have.</summary>
    private static string Starcoder2(string theta) =>
        "{\"attention_dropout\":0.1,\"residual_dropout\":0.1,\"embedding_dropout\":0.1,\"hidden_act\":\"gelu_pytorch_tanh\","
        + "\"initializer_range\":0.018042,\"mlp_type\":\"default\",\"norm_type\":\"layer_norm\",\"norm_epsilon\":1e-05,"
        + $"\"sliding_window\":4096,\"use_bias\":true,\"use_cache\":true,\"bos_token_id\":0,\"eos_token_id\":0,{theta}}}";

    /// <summary>Older files have the pattern, newer ones list the layers beside a field that no version reads.</summary>
    private static string Gemma3(int size)
    {
        const string Always =
            "\"attention_bias\":false,\"attention_dropout\":0.0,\"attn_logit_softcapping\":null,\"final_logit_softcapping\":null,"
            + "\"head_dim\":256,\"hidden_activation\":\"gelu_pytorch_tanh\",\"query_pre_attn_scalar\":256,\"rms_norm_eps\":1e-06,"
            + "\"rope_scaling\":null,\"rope_theta\":1000000,\"rope_local_base_freq\":10000,\"sliding_window\":512,\"pad_token_id\":0";
        IEnumerable<string> types = Enumerable.Range(1, 18).Select(i => i % 6 == 0 ? "\"full_attention\"" : "\"sliding_attention\"");
        string others =
            size == 1
                ? "\"sliding_window_pattern\":6,\"cache_implementation\":\"hybrid\",\"eos_token_id\":[1,106]"
                : "\"_sliding_window_pattern\":6,\"use_bidirectional_attention\":false,\"layer_types\":[" + string.Join(',', types) + "]";
        return $"{{{Always},{others}}}";
    }

    [Theory]
    [MemberData(nameof(Supported))]
    public void Parse_SupportedModel_HasItsParameters(string name, string type, int[] sizes, bool tied, string others, long parameters)
    {
        JsonObject json = JsonNode.Parse(others)!.AsObject();
        json["model_type"] = type;
        json["architectures"] = new JsonArray(ModelFamilies.All.Single(family => family.ModelType == type).Name + "ForCausalLM");
        json["torch_dtype"] = "bfloat16";
        json["tie_word_embeddings"] = tied;
        foreach (
            (string field, int size) in (
                (string[])
                    [
                        "hidden_size",
                        "intermediate_size",
                        "num_hidden_layers",
                        "num_attention_heads",
                        "num_key_value_heads",
                        "vocab_size",
                        "max_position_embeddings",
                    ]
            ).Zip(sizes)
        )
        {
            json[field] = size;
        }

        ModelConfig config = ModelConfig.Parse(json.ToJsonString(), name);
        Assert.Equal(parameters, WeightNames.Shapes(config).Sum(weight => weight.Shape.Aggregate(1L, (a, b) => a * b)));
        ModelConfig again = ModelConfig.Parse(config.ToJson(), name);
        Assert.Equal(again.ToJson(), config.ToJson());
        Assert.Equal(
            (config.RopeTheta, config.RopeScaling, config.SlidingWindow),
            (again.RopeTheta, again.RopeScaling, again.SlidingWindow)
        );
    }

    /// <summary>As Qwen's model cards ask for texts beyond 32,768 tokens.</summary>
    [Fact]
    public void Parse_QwenWithYarn_IsUnderstood()
    {
        ModelConfig config = ModelConfigTests.Edited(
            ("model_type", "\"qwen2\""),
            ("num_key_value_heads", "2"),
            ("max_position_embeddings", "32768"),
            ("rope_scaling", """{"factor":4.0,"original_max_position_embeddings":32768,"type":"yarn"}""")
        );
        Assert.Equal(
            (RopeType.Yarn, 4, 32768),
            (config.RopeScaling!.Type, config.RopeScaling.Factor, config.RopeScaling.OriginalMaxPositionEmbeddings)
        );
    }

    [Theory]
    [InlineData("StarCoder", """{"model_type":"gpt_bigcode","multi_query":true,"n_embd":6144}""")]
    [InlineData("Phi-2", """{"model_type":"phi","partial_rotary_factor":0.4,"qk_layernorm":false,"hidden_act":"gelu_new"}""")]
    [InlineData("Phi-3", """{"model_type":"phi3","original_max_position_embeddings":4096}""")]
    [InlineData("Gemma", """{"model_type":"gemma","hidden_act":"gelu","head_dim":256}""")]
    [InlineData("Gemma 3 4B", """{"model_type":"gemma3","architectures":["Gemma3ForConditionalGeneration"],"text_config":{}}""")]
    [InlineData("Gemma 2", """{"model_type":"gemma2","attn_logit_softcapping":50.0}""")]
    [InlineData("Mixtral", """{"model_type":"mixtral","num_local_experts":8,"num_experts_per_tok":2}""")]
    [InlineData(
        "DeepSeek-Coder-V2",
        """{"model_type":"deepseek_v2","auto_map":{"AutoConfig":"configuration_deepseek.DeepseekV2Config"}}"""
    )]
    [InlineData("Qwen3-Coder-30B-A3B", """{"model_type":"qwen3_moe","num_experts":128}""")]
    [InlineData("Granite", """{"model_type":"granite","logits_scaling":8.0}""")]
    [InlineData("GPT-2", """{"model_type":"gpt2","n_embd":768}""")]
    public void Parse_OtherModel_IsRefusedByItsType(string name, string json)
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelConfig.Parse(json, name));
        Assert.Equal("model_type", error.Field);
        Assert.Contains("'gemma3_text', 'llama', 'mistral', 'qwen2', 'qwen3', 'smollm3' or 'starcoder2'", error.Message);
    }
}
