using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Modeling.Families;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

/// <summary>PEFT's files. The names, shapes and fields are facts read from PEFT's save and load code (0.15 to 0.18).</summary>
public sealed class AdapterFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Weights => folder[WeightFiles.Adapter];

    private string Config => folder[AdapterConfigFile.FileName];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Save_UntiedModel_HasPeftsNamesAndShapes()
    {
        Save(TinyModels.Llama);
        (string Module, long Out, long In)[] modules =
        [
            ("self_attn.q_proj", 24, 24),
            ("self_attn.k_proj", 12, 24),
            ("self_attn.v_proj", 12, 24),
            ("self_attn.o_proj", 24, 24),
            ("mlp.gate_proj", 40, 24),
            ("mlp.up_proj", 40, 24),
            ("mlp.down_proj", 24, 40),
        ];
        Dictionary<string, long[]> expected = new()
        {
            ["base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"] = [3, 24],
            ["base_model.model.lm_head.token_adapter.trainable_tokens_delta"] = [3, 24],
        };
        foreach ((string module, long rows, long columns) in modules)
        {
            for (int layer = 0; layer < 2; layer++)
            {
                expected[$"base_model.model.model.layers.{layer}.{module}.lora_A.weight"] = [3, columns];
                expected[$"base_model.model.model.layers.{layer}.{module}.lora_B.weight"] = [rows, 3];
            }
        }

        using SafetensorsReader file = SafetensorsReader.Open(Weights);
        Assert.Equal(expected.Keys.Order(), file.Entries.Keys.Order());
        Assert.All(file.Entries, entry => Assert.Equal(expected[entry.Key], entry.Value.Shape));
        Assert.All(file.Entries.Values, entry => Assert.Equal(ScalarType.Float32, entry.Dtype));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(
            [AdapterConfigFile.FileName, WeightFiles.Adapter],
            Directory.GetFiles(folder.FullName).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void Save_Config_HasPeftsFields()
    {
        Save(
            TinyModels.Llama,
            LoraProblem.Options with
            {
                Dropout = 0.05,
                TargetModules = ["v_proj", "q_proj"],
                BaseModelNameOrPath = "owner/base",
            }
        );
        const string expected = """
            {
              "alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": "owner/base", "bias": "none", "fan_in_fan_out": false,
              "inference_mode": true, "init_lora_weights": true, "layers_pattern": null, "layers_to_transform": null, "lora_alpha": 5,
              "lora_dropout": 0.05, "modules_to_save": null, "peft_type": "LORA", "r": 3, "rank_pattern": {}, "revision": null,
              "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM",
              "trainable_token_indices": { "embed_tokens": [3, 9, 20], "lm_head": [3, 9, 20] }, "use_dora": false, "use_rslora": false
            }
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(File.ReadAllText(Config))), File.ReadAllText(Config));
    }

    [Fact]
    public void Save_TiedModel_NamesAndHoldsTheInputEmbeddingAlone()
    {
        Save(TinyModels.Qwen2);
        Assert.Equal("""{"embed_tokens":[3,9,20]}""", JsonNode.Parse(File.ReadAllText(Config))!["trainable_token_indices"]!.ToJsonString());
        using SafetensorsReader file = SafetensorsReader.Open(Weights);
        Assert.DoesNotContain(file.Entries.Keys, name => name.Contains("lm_head"));
        Assert.Contains("base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta", file.Entries.Keys);
    }

    [Theory]
    [InlineData("llama", ScalarType.Float32)]
    [InlineData("qwen2", ScalarType.Float32)]
    [InlineData("llama", ScalarType.BFloat16)]
    public void Load_WhatWasSaved_IsEqualToTheBit(string family, ScalarType dtype)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        LoraOptions options = LoraProblem.Options with
        {
            UseRslora = true,
            TargetModules = ["down_proj", "k_proj"],
            Dropout = 0.1,
            Alpha = 2.5,
        };
        using CausalLanguageModel saved = LoraProblem.Create(TinyModels.All[family], dtype, options);
        AdapterFolder.Save(folder.FullName, saved);
        byte[] bytes = File.ReadAllBytes(Weights);
        using CausalLanguageModel loaded = TinyModels.Create(TinyModels.All[family], dtype);
        LoraAdapter adapter = AdapterFolder.Load(folder.FullName, loaded);
        Assert.Same(adapter, loaded.Lora);
        Assert.Equal(
            (3, 2.5, 0.1, true),
            (adapter.Options.Rank, adapter.Options.Alpha, adapter.Options.Dropout, adapter.Options.UseRslora)
        );
        Assert.Equal(["k_proj", "down_proj"], adapter.Options.TargetModules);
        Assert.Equal(
            TinyModels.Numbers(TinyModels.Logits(saved, LoraProblem.Input())),
            TinyModels.Numbers(TinyModels.Logits(loaded, LoraProblem.Input()))
        );
        AdapterFolder.Save(folder.FullName, loaded);
        Assert.Equal(bytes, File.ReadAllBytes(Weights));
    }

    [Fact]
    public void Load_AdapterWithoutTrainableTokens_LeavesTheEmbeddingsAlone()
    {
        using (CausalLanguageModel saved = TinyModels.Create(TinyModels.Llama))
        {
            saved.AddAdapter(LoraProblem.Options, [], seed: 1);
            AdapterFolder.Save(folder.FullName, saved);
        }

        Assert.Null(JsonNode.Parse(File.ReadAllText(Config))!["trainable_token_indices"]);
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        LoraAdapter adapter = AdapterFolder.Load(folder.FullName, model);
        Assert.Empty(adapter.TrainableTokenIds);
        Assert.Null(model.OutputRows);
        Assert.All(adapter.Parameters.Keys, name => Assert.Contains(".lora_", name));
        Assert.Equal(adapter.Parameters.Keys, LoraProblem.Gradients(model, LoraProblem.Input(checkpointing: true)).Keys);
    }

    [Fact]
    public void Load_ConfigAsPeftWritesIt_IsUnderstood()
    {
        Save(TinyModels.Llama);
        Change(config =>
        {
            config["peft_version"] = "0.17.0";
            config["corda_config"] = null;
            config["loftq_config"] = new JsonObject();
            config["megatron_core"] = "megatron.core";
            config["qalora_group_size"] = 16;
            config["exclude_modules"] = null;
            config["lora_bias"] = false;
            config["target_modules"] = "all-linear";
        });
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Equal(ModelFamily.Llama.Projections, AdapterFolder.Load(folder.FullName, model).Options.TargetModules);
    }

    /// <summary>Ways to begin that leave the base's weights alone; their settings stay in the file.</summary>
    [Theory]
    [InlineData("true", null)]
    [InlineData("false", null)]
    [InlineData("null", null)]
    [InlineData("\"gaussian\"", null)]
    [InlineData("\"orthogonal\"", null)]
    [InlineData("\"mica\"", null)]
    [InlineData("\"eva\"", "{\"eva_config\":{\"rho\":1.0,\"tau\":0.99}}")]
    [InlineData("true", "{\"corda_config\":{\"corda_method\":\"ipm\"}}")]
    public void Load_StartThatLeavesTheBaseAlone_IsAccepted(string start, string? settings)
    {
        Save(TinyModels.Llama);
        Change(config =>
        {
            config["init_lora_weights"] = JsonNode.Parse(start);
            foreach ((string name, JsonNode? value) in settings is null ? [] : JsonNode.Parse(settings)!.AsObject())
            {
                config[name] = value!.DeepClone();
            }
        });
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Equal(3, AdapterFolder.Load(folder.FullName, model).Options.Rank);
    }

    /// <summary>
    /// PEFT takes these away from the base's weights, or quantizes it, when the adapter begins: they don't belong to the base of the
    /// folder.
    /// </summary>
    [Theory]
    [InlineData("pissa")]
    [InlineData("pissa_niter_16")]
    [InlineData("olora")]
    [InlineData("OLoRA")]
    [InlineData("corda")]
    [InlineData("lora_ga")]
    [InlineData("loftq")]
    [InlineData("of_tomorrow")]
    public void Load_StartThatChangesTheBase_IsRefusedByName(string start)
    {
        Save(TinyModels.Llama);
        Change(config => config["init_lora_weights"] = start);
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        DataFormatException exception = Assert.Throws<DataFormatException>(() => AdapterFolder.Load(folder.FullName, model));
        Assert.Equal((Config, "init_lora_weights"), (exception.Path, exception.Field));
        Assert.Contains(start, exception.Message);
        Unchanged(model);
    }

    [Theory]
    [InlineData("field_of_tomorrow", "null")]
    [InlineData("field_of_tomorrow", "false")]
    [InlineData("field_of_tomorrow", "0")]
    [InlineData("field_of_tomorrow", "\"\"")]
    [InlineData("field_of_tomorrow", "[]")]
    [InlineData("field_of_tomorrow", "{}")]
    [InlineData("merge_weights", "false")]
    [InlineData("layers_to_transform", "[]")]
    [InlineData("task_type", "null")]
    [InlineData("auto_mapping", "{\"base_model_class\":\"LlamaForCausalLM\",\"parent_library\":\"transformers\"}")]
    [InlineData("ensure_weight_tying", "true")]
    [InlineData("revision", "\"main\"")]
    [InlineData("use_bdlora", "null")]
    [InlineData("bias", "\"none\"")]
    public void Load_NeutralFields_AreAccepted(string field, string value)
    {
        Save(TinyModels.Llama);
        Change(config => config[field] = JsonNode.Parse(value));
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Equal(3, AdapterFolder.Load(folder.FullName, model).Options.Rank);
    }

    [Theory]
    [InlineData("use_dora", "true")]
    [InlineData("bias", "\"all\"")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("rank_pattern", "{\"q_proj\":4}")]
    [InlineData("layers_to_transform", "[1]")]
    [InlineData("layers_to_transform", "0")]
    [InlineData("layers_pattern", "\"layers\"")]
    [InlineData("exclude_modules", "[\"q_proj\"]")]
    [InlineData("alpha_pattern", "{\"q_proj\":4}")]
    [InlineData("lora_bias", "true")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("layer_replication", "[[0,2],[1,2]]")]
    [InlineData("target_parameters", "[\"mlp.experts.down_proj\"]")]
    [InlineData("megatron_config", "{\"tp\":2}")]
    [InlineData("use_qalora", "true")]
    [InlineData("use_bdlora", "{\"nblocks\":2}")]
    [InlineData("alora_invocation_tokens", "[5]")]
    [InlineData("arrow_config", "{\"top_k\":3}")]
    [InlineData("kasa_config", "{\"beta\":0.0001}")]
    [InlineData("velora_config", "{\"num_groups\":8}")]
    [InlineData("monteclora_config", "{\"num_samples\":8}")]
    [InlineData("field_of_tomorrow", "true")]
    [InlineData("field_of_tomorrow", "2")]
    [InlineData("field_of_tomorrow", "\"linear\"")]
    [InlineData("field_of_tomorrow", "{\"a\":0}")]
    [InlineData("peft_type", "\"IA3\"")]
    [InlineData("r", "0")]
    [InlineData("lora_alpha", "\"much\"")]
    [InlineData("lora_dropout", "1")]
    [InlineData("target_modules", "[\"q_proj\",\"fc1\"]")]
    [InlineData("target_modules", "\".*_proj\"")]
    [InlineData("trainable_token_indices", "[3,9,37]")]
    [InlineData("trainable_token_indices.lm_head", "{\"embed_tokens\":[1],\"lm_head\":[2]}")]
    [InlineData("trainable_token_indices.wte", "{\"wte\":[1]}")]
    public void Load_UnsupportedConfig_NamesFileAndField(string field, string value)
    {
        Save(TinyModels.Llama);
        Change(config => config[field.Split('.')[0]] = JsonNode.Parse(value));
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        DataFormatException exception = Assert.Throws<DataFormatException>(() => AdapterFolder.Load(folder.FullName, model));
        Assert.Equal((Config, field), (exception.Path, exception.Field));
        Unchanged(model);
    }

    [Fact]
    public void Load_TensorsThatDoNotFit_NamesFileAndTensor()
    {
        Save(TinyModels.Llama);
        using CausalLanguageModel wider = TinyModels.Create(TinyModels.Llama with { IntermediateSize = 48 });
        Named(wider, "base_model.model.model.layers.0.mlp.gate_proj.lora_B.weight", "[40, 3]", "[48, 3]");
        using CausalLanguageModel deeper = TinyModels.Create(TinyModels.Llama with { HiddenLayers = 3 });
        Named(deeper, "base_model.model.model.layers.2.self_attn.q_proj.lora_A.weight", "missing");
        using CausalLanguageModel shallower = TinyModels.Create(TinyModels.Llama with { HiddenLayers = 1 });
        Named(shallower, "base_model.model.model.layers.1.", "unexpected");
        using CausalLanguageModel tied = TinyModels.Create(TinyModels.Llama with { TieWordEmbeddings = true });
        Named(tied, "base_model.model.lm_head.token_adapter.trainable_tokens_delta", "unexpected");
        Change(config => config["r"] = 4);
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Named(model, "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", "[3, 24]", "[4, 24]");
    }

    [Fact]
    public void Load_BrokenOrMissingFiles_AreTypedErrors()
    {
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        Assert.Equal(Config, Assert.Throws<DataFormatException>(() => AdapterFolder.Load(folder.FullName, model)).Path);
        Save(TinyModels.Llama);
        using (FileStream weights = File.OpenWrite(Weights))
        {
            weights.SetLength(weights.Length - 8);
        }

        Assert.Throws<DataFormatException>(() => AdapterFolder.Load(folder.FullName, model));
        File.Delete(Weights);
        Assert.ThrowsAny<IOException>(() => AdapterFolder.Load(folder.FullName, model));
        File.WriteAllText(Config, "[]");
        Assert.Throws<DataFormatException>(() => AdapterFolder.Load(folder.FullName, model));
        Unchanged(model);
        Assert.Throws<InvalidOperationException>(() => AdapterFolder.Save(folder.FullName, model));
    }

    [Theory]
    [InlineData("adapter_model.bin", "save_pretrained")]
    [InlineData("adapter_model-00001-of-00002.bin", "save_pretrained")]
    [InlineData("adapter.gguf", "GGUF")]
    public void Load_WeightsOfAnotherFormAlone_AreNamedWithTheWayOut(string name, string wayOut)
    {
        Save(TinyModels.Llama);
        File.WriteAllText(folder[name], "never read");
        using CausalLanguageModel model = TinyModels.Create(TinyModels.Llama);
        AdapterFolder.Load(folder.FullName, model); // the safetensors file wins
        model.RemoveAdapter();
        File.Delete(Weights);
        var exception = Assert.Throws<DataFormatException>(() => AdapterFolder.Load(folder.FullName, model));
        Assert.Equal(folder[name], exception.Path);
        Assert.Contains(wayOut, exception.Message);
        Assert.Contains(WeightFiles.Adapter, exception.Message);
        Unchanged(model);
        File.Delete(folder[name]);
        var missing = Assert.Throws<FileNotFoundException>(() => AdapterFolder.Load(folder.FullName, model));
        Assert.Contains("has no adapter_model.safetensors", missing.Message);
    }

    [Fact]
    public void ModelFolderSave_WithAnAdapter_IsRefused()
    {
        using CausalLanguageModel model = LoraProblem.Create(TinyModels.Llama, ScalarType.Float32);
        Assert.Contains("merge", Assert.Throws<InvalidOperationException>(() => ModelFolder.Save(folder.FullName, model)).Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.FullName));
    }

    private void Save(ModelConfig config, LoraOptions? options = null)
    {
        using CausalLanguageModel model = LoraProblem.Create(config, ScalarType.Float32, options);
        AdapterFolder.Save(folder.FullName, model);
    }

    private void Change(Action<JsonObject> change)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(Config))!.AsObject();
        change(config);
        File.WriteAllText(Config, config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private void Named(CausalLanguageModel model, string tensor, params string[] parts)
    {
        DataFormatException exception = Assert.Throws<DataFormatException>(() => AdapterFolder.Load(folder.FullName, model));
        Assert.Equal(Weights, exception.Path);
        Assert.StartsWith(tensor, exception.Field);
        Assert.All(parts, part => Assert.Contains(part, exception.Message));
        Unchanged(model);
    }

    private static void Unchanged(CausalLanguageModel model)
    {
        Assert.Null(model.Adapter);
        Assert.All(model.Parameters.Values, weight => Assert.True(weight.requires_grad));
    }
}
