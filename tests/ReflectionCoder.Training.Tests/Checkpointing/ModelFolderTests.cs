using System.Text.Json;
using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Checkpointing;

public sealed class ModelFolderTests
{
    public static TheoryData<string, ScalarType> Models
    {
        get
        {
            var data = new TheoryData<string, ScalarType>();
            foreach (string family in TinyModels.All.Keys.Append("llama-dynamic"))
            {
                data.Add(family, ScalarType.Float32);
            }

            data.Add("qwen2", ScalarType.BFloat16);
            data.Add("llama", ScalarType.Float16);
            data.Add("llama", ScalarType.Float64);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void SaveThenLoad_EveryWeight_IsEqualToTheBit(string family, ScalarType dtype)
    {
        using var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(
            TinyModels.All.GetValueOrDefault(family, TinyModels.Dynamic) with
            {
                EosTokenIds = [3],
                BosTokenId = 4,
            },
            dtype
        );
        ModelFolder.Save(folder.FullName, model);
        Assert.Equal(
            ["config.json", "generation_config.json", "model.safetensors"],
            Directory.GetFiles(folder.FullName).Select(Path.GetFileName).Order()
        );
        using CausalLanguageModel again = ModelFolder.Load(folder.FullName, CPU, dtype);
        Assert.Equal(dtype, again.Dtype);
        Assert.Equal(dtype, again.Config.StoredDtype);
        Assert.Equal(model.Parameters.Keys, again.Parameters.Keys);
        foreach ((string name, Tensor weight) in model.Parameters)
        {
            Assert.True(weight.bytes.SequenceEqual(again.Parameters[name].bytes), name);
            Assert.True(again.Parameters[name].requires_grad);
        }

        if (dtype != ScalarType.Float16)
        {
            using DisposeScope scope = NewDisposeScope();
            ModelInput input = ModelInput.Create([1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 2, 3, 4, 5, 0, 2, 8], [6, 3], CPU);
            Assert.Equal(TinyModels.Numbers(TinyModels.Logits(model, input)), TinyModels.Numbers(TinyModels.Logits(again, input)));
        }

        Assert.Equal([3], again.GenerationConfig.EosTokenIds);
        using var second = new TemporaryFolder();
        ModelFolder.Save(second.FullName, again);
        foreach (string file in Directory.GetFiles(folder.FullName))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(second[Path.GetFileName(file)]));
        }
    }

    [Fact]
    public void Load_OtherDtype_Converts()
    {
        using var folder = Saved(TinyModels.Llama);
        using CausalLanguageModel model = ModelFolder.Load(folder.FullName, CPU, ScalarType.BFloat16);
        Assert.All(model.Parameters.Values, p => Assert.Equal(ScalarType.BFloat16, p.dtype));
        Assert.Throws<ArgumentException>(() => ModelFolder.Load(folder.FullName, CPU, ScalarType.Int32));
    }

    [Fact]
    public void Load_Shards_EqualTheWhole()
    {
        using var folder = Saved(TinyModels.Llama);
        using CausalLanguageModel whole = ModelFolder.Load(folder.FullName, CPU);
        var map = new JsonObject();
        foreach ((int shard, KeyValuePair<string, Tensor>[] part) in whole.Parameters.Chunk(7).Index())
        {
            SafetensorsFile.Write(folder[$"model-{shard}.safetensors"], part);
            foreach ((string name, _) in part)
            {
                map[name] = $"model-{shard}.safetensors";
            }
        }

        File.Delete(folder["model.safetensors"]);
        File.WriteAllText(
            folder[SafetensorsIndex.IndexFileName],
            new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString()
        );
        using CausalLanguageModel sharded = ModelFolder.Load(folder.FullName, CPU);
        foreach ((string name, Tensor weight) in whole.Parameters)
        {
            Assert.True(weight.bytes.SequenceEqual(sharded.Parameters[name].bytes), name);
        }
    }

    [Fact]
    public void Load_MissingTensor_IsNamedWithItsShape()
    {
        using var folder = Changed(TinyModels.Llama, weights => weights.Remove("model.norm.weight"));
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU));
        Assert.Equal("model.norm.weight", error.Field);
        Assert.Contains("missing", error.Message);
        Assert.Contains("[24]", error.Message);
    }

    [Fact]
    public void Load_UnexpectedTensor_IsNamed()
    {
        using var folder = Changed(TinyModels.Llama, weights => weights.Add("model.layers.0.self_attn.q_proj.bias", ones([24])));
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU));
        Assert.Equal("model.layers.0.self_attn.q_proj.bias", error.Field);
        Assert.Contains("unexpected", error.Message);
    }

    [Fact]
    public void Load_OtherShape_NamesBoth()
    {
        using var folder = Changed(TinyModels.Llama, weights => weights["lm_head.weight"] = ones([36, 24]));
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU));
        Assert.Equal("lm_head.weight", error.Field);
        Assert.Contains("[36, 24]", error.Message);
        Assert.Contains("[37, 24]", error.Message);
    }

    [Fact]
    public void Load_WholeNumbers_AreRefused()
    {
        using var folder = Changed(TinyModels.Llama, weights => weights["model.norm.weight"] = ones([24], dtype: ScalarType.Int64));
        Assert.Equal("model.norm.weight", Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU)).Field);
    }

    [Fact]
    public void Load_WhatHuggingFacePassesOver_IsPassedOver()
    {
        using var folder = Changed(TinyModels.Qwen2, weights => weights.Add("model.layers.0.self_attn.rotary_emb.inv_freq", ones([3])));
        using CausalLanguageModel model = ModelFolder.Load(folder.FullName, CPU);
        Assert.Equal(WeightNames.Shapes(TinyModels.Qwen2).Select(weight => weight.Name), model.Parameters.Keys);
    }

    /// <summary>More than one piece of the comparison, with the difference in the last one's last number.</summary>
    [Fact]
    public void Load_TiedEmbeddingsBesideTheSameOutputWeight_KeepsOne()
    {
        ModelConfig config = TinyModels.Qwen2 with { VocabularySize = 12_000 };
        using var folder = Changed(config, weights => weights.Add("lm_head.weight", weights["model.embed_tokens.weight"].clone()));
        using CausalLanguageModel model = ModelFolder.Load(folder.FullName, CPU);
        Assert.DoesNotContain("lm_head.weight", model.Parameters.Keys);
    }

    [Theory]
    [InlineData("number")]
    [InlineData("shape")]
    [InlineData("dtype")]
    public void Load_TiedEmbeddingsBesideAnotherOutputWeight_NamesBoth(string difference)
    {
        ModelConfig config = TinyModels.Qwen2 with { VocabularySize = 12_000 };
        using var folder = Changed(
            config,
            weights =>
            {
                Tensor output = weights["model.embed_tokens.weight"].clone();
                output[11_999, 23] = 0.125f;
                weights.Add(
                    "lm_head.weight",
                    difference switch
                    {
                        "shape" => output.narrow(0, 0, 11_000).contiguous(),
                        "dtype" => output.to(ScalarType.BFloat16),
                        _ => output,
                    }
                );
            }
        );
        DataFormatException error = Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU));
        Assert.Equal("lm_head.weight", error.Field);
        Assert.Contains("'model.embed_tokens.weight'", error.Message);
        Assert.Contains("tie_word_embeddings", error.Message);

        // What the message advises.
        JsonObject json = JsonNode.Parse(File.ReadAllText(folder["config.json"]))!.AsObject();
        json["tie_word_embeddings"] = false;
        File.WriteAllText(folder["config.json"], json.ToJsonString());
        if (difference == "number")
        {
            using CausalLanguageModel untied = ModelFolder.Load(folder.FullName, CPU);
            Assert.Equal(0.125f, untied.OutputWeight[11_999, 23].item<float>());
        }
    }

    [Fact]
    public void Load_Float16OnTheCpu_RunsInFloat32()
    {
        using var folder = new TemporaryFolder();
        using (CausalLanguageModel half = TinyModels.Create(TinyModels.Llama, ScalarType.Float16))
        {
            ModelFolder.Save(folder.FullName, half);
        }

        using CausalLanguageModel model = ModelFolder.Load(folder.FullName, CPU);
        using CausalLanguageModel asked = ModelFolder.Load(folder.FullName, CPU, ScalarType.Float32);
        using CausalLanguageModel chosen = ModelFolder.Load(folder.FullName, CPU, ScalarType.Float16);
        Assert.Equal((ScalarType.Float32, ScalarType.Float16), (model.Dtype, model.StoredDtype));
        Assert.Equal((ScalarType.Float16, ScalarType.Float16), (chosen.Dtype, chosen.StoredDtype));
        using DisposeScope scope = NewDisposeScope();
        ModelInput input = ModelInput.Create([1, 2, 3, 4], [0, 1, 2, 3], [4], CPU);
        Assert.Equal(TinyModels.Numbers(TinyModels.Logits(asked, input)), TinyModels.Numbers(TinyModels.Logits(model, input)));
    }

    [Fact]
    public void Load_TruncatedWeights_AreRefused()
    {
        using var folder = Saved(TinyModels.Llama);
        using (FileStream file = File.OpenWrite(folder["model.safetensors"]))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU));
    }

    [Fact]
    public void Load_MissingFiles_AreNamed()
    {
        using var folder = Saved(TinyModels.Llama);
        File.Delete(folder["model.safetensors"]);
        Assert.Contains("model.safetensors", Assert.Throws<FileNotFoundException>(() => ModelFolder.Load(folder.FullName, CPU)).Message);
        File.Delete(folder["config.json"]);
        Assert.Throws<DataFormatException>(() => ModelFolder.Load(folder.FullName, CPU));
        Assert.Throws<DirectoryNotFoundException>(() => ModelFolder.Load(folder["absent"], CPU));
    }

    [Fact]
    public void GenerationConfig_ForeignFields_AreKept()
    {
        using var folder = Saved(TinyModels.Llama);
        File.WriteAllText(folder["generation_config.json"], """{"eos_token_id":[5,6],"temperature":0.70,"bos_token_id":1}""");
        using CausalLanguageModel model = ModelFolder.Load(folder.FullName, CPU);
        Assert.Equal([5, 6], model.GenerationConfig.EosTokenIds);
        model.GenerationConfig = model.GenerationConfig with { PadTokenId = 9 };
        ModelFolder.Save(folder.FullName, model);
        JsonElement json = JsonDocument.Parse(File.ReadAllText(folder["generation_config.json"])).RootElement;
        Assert.Equal("0.70", json.GetProperty("temperature").GetRawText());
        Assert.Equal(9, json.GetProperty("pad_token_id").GetInt32());
        Assert.Equal(2, json.GetProperty("eos_token_id").GetArrayLength());
    }

    private static TemporaryFolder Saved(ModelConfig config)
    {
        var folder = new TemporaryFolder();
        using CausalLanguageModel model = TinyModels.Create(config);
        ModelFolder.Save(folder.FullName, model);
        return folder;
    }

    private static TemporaryFolder Changed(ModelConfig config, Action<Dictionary<string, Tensor>> change)
    {
        TemporaryFolder folder = Saved(config);
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsContent content = SafetensorsFile.ReadContent(folder["model.safetensors"]);
        var weights = new Dictionary<string, Tensor>(content.Tensors);
        change(weights);
        SafetensorsFile.Write(folder["model.safetensors"], weights);
        return folder;
    }
}
