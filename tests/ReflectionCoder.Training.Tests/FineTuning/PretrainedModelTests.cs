using System.Text.Json;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>
/// Vocabularies that models pad beyond their tokenizer, as DeepSeek-Coder (32,256 rows, 32,022 tokens) and Qwen2.5 (151,936, 151,665) do.
/// </summary>
public sealed class PretrainedModelTests : IDisposable
{
    private const int Tokens = 273;
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Rows of the model before: as many as tokens, room for some of the seven markers, for all of them, and for more.</summary>
    [Theory]
    [InlineData(Tokens, false, Tokens + 7)]
    [InlineData(Tokens, true, Tokens + 7)]
    [InlineData(Tokens + 3, false, Tokens + 7)]
    [InlineData(Tokens + 3, true, Tokens + 7)]
    [InlineData(Tokens + 7, false, Tokens + 7)]
    [InlineData(Tokens + 40, false, Tokens + 40)]
    [InlineData(Tokens + 40, true, Tokens + 40)]
    public void Load_PaddedVocabulary_MarkersTakeFreeRowsFirst(int rows, bool tied, int expectedRows)
    {
        double[][] before = Save(rows, tied);
        using PretrainedModel loaded = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, Device = "cpu" });
        Assert.Equal(
            Enumerable.Range(Tokens, 7),
            loaded.Tokenizer.AppendedMarkers.Select(marker => loaded.Tokenizer.EncodeWithSpecialTokens(marker).Single())
        );
        Assert.Equal(expectedRows, loaded.Model.VocabularySize);
        Assert.Equal(tied, ReferenceEquals(loaded.Model.InputEmbedding, loaded.Model.OutputWeight));
        foreach ((double[] old, Tensor weight) in before.Zip(new[] { loaded.Model.InputEmbedding, loaded.Model.OutputWeight }))
        {
            int width = loaded.Model.HiddenSize;
            double[] now = TinyModels.Numbers(weight);
            Assert.Equal(old[..(Tokens * width)], now[..(Tokens * width)]);
            foreach (string marker in loaded.Tokenizer.AppendedMarkers)
            {
                int[] subTokens = loaded.Tokenizer.EncodeText(marker);
                int id = loaded.Tokenizer.EncodeWithSpecialTokens(marker).Single();
                Assert.True(subTokens.Length > 1);
                for (int i = 0; i < width; i++)
                {
                    Assert.Equal(subTokens.Average(token => old[(token * width) + i]), now[(id * width) + i], 1e-6);
                }
            }

            // Padding that no marker took stays as it was.
            int taken = (Tokens + 7) * width;
            if (old.Length > taken)
            {
                Assert.Equal(old[taken..], now[taken..]);
            }
        }
    }

    [Theory]
    [InlineData(Tokens, 64, 320)]
    [InlineData(Tokens, 7, 280)]
    [InlineData(Tokens + 40, 8, 320)]
    [InlineData(320, 64, 320)]
    [InlineData(Tokens, 1, 280)]
    public void Load_PadToMultipleOf_RoundsRowsUp(int rows, int multiple, int expected)
    {
        Save(rows, tied: false);
        using PretrainedModel loaded = PretrainedModel.Load(
            new PretrainedModelOptions
            {
                Directory = folder.Path,
                Device = "cpu",
                PadToMultipleOf = multiple,
            }
        );
        Assert.Equal(expected, loaded.Model.VocabularySize);
        Assert.Equal([expected, 32], loaded.Model.OutputWeight.shape);
        loaded.Save(folder["saved"]);
        using PretrainedModel again = PretrainedModel.Load(
            new PretrainedModelOptions
            {
                Directory = folder["saved"],
                Device = "cpu",
                PadToMultipleOf = multiple,
            }
        );
        Assert.Equal(expected, again.Model.VocabularySize);
        Assert.Empty(again.Tokenizer.AppendedMarkers);
        Assert.Equal(TinyModels.Numbers(loaded.Model.InputEmbedding), TinyModels.Numbers(again.Model.InputEmbedding));
        Assert.Throws<InvalidOptionsException>(() =>
            PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, PadToMultipleOf = 0 })
        );
    }

    /// <summary>A token that was never trained must not come out, however likely its row makes it.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1.5)]
    public void Generate_LikelyPadding_IsNeverChosen(double temperature)
    {
        Save(Tokens + 40, tied: false);
        using PretrainedModel loaded = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, Device = "cpu" });
        using (no_grad())
        using (Tensor padding = loaded.Model.OutputWeight.narrow(0, Tokens + 7, 33))
        using (Tensor rows = loaded.Model.OutputWeight.narrow(0, 0, 33).mul(1000))
        {
            padding.copy_(rows);
        }

        int[] prompt = loaded.Tokenizer.EncodeText("def f");
        List<int> free = [];
        new TokenGenerator(loaded.Model, new GenerationOptions { MaxNewTokens = 20, Temperature = temperature }).Generate(prompt, free.Add);
        Assert.Contains(free, id => id >= loaded.Tokenizer.VocabularySize); // without the limit padding comes out
        List<int> limited = [];
        new TokenGenerator(loaded.Model, new GenerationOptions { MaxNewTokens = 20, Temperature = temperature })
        {
            TokenLimit = loaded.Tokenizer.VocabularySize,
        }.Generate(prompt, limited.Add);
        Assert.All(limited, id => Assert.InRange(id, 0, loaded.Tokenizer.VocabularySize - 1));
        using TextGenerator text = new(
            loaded.Model,
            loaded.Tokenizer,
            new GenerationOptions { MaxNewTokens = 20, Temperature = temperature }
        );
        Assert.NotEqual("", text.Generate("Write f.").Text); // padding stands for no text
    }

    /// <summary>What Hugging Face's generate needs to stop where the reference's evaluation stops.</summary>
    [Fact]
    public void Save_GenerationConfig_StopsAtWhatEndsAnAnswer()
    {
        Save(Tokens, tied: true);
        using PretrainedModel loaded = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, Device = "cpu" });
        loaded.Model.GenerationConfig = loaded.Model.GenerationConfig with { EosTokenIds = [5] };
        loaded.Save(folder["saved"], new ModelSaveOptions { MaxShardSize = 20_000 });
        CodeTokenizer tokenizer = loaded.Tokenizer;
        int[] expected = [5, tokenizer.EosTokenId, tokenizer.MarkerIds.EndOfBlock, tokenizer.MarkerIds.EndOfMessage];
        Assert.Equal(expected, Json("generation_config.json").GetProperty("eos_token_id").Deserialize<int[]>()!);
        JsonElement config = Json("config.json");
        Assert.Equal("float32", config.GetProperty("torch_dtype").GetString());
        Assert.Equal(Tokens + 7, config.GetProperty("vocab_size").GetInt32());
        string[] special = Json("special_tokens_map.json").GetProperty("additional_special_tokens").Deserialize<string[]>()!;
        Assert.Equal(Markers.All, special);
        Assert.Equal(
            Markers.All,
            Json("tokenizer.json")
                .GetProperty("added_tokens")
                .EnumerateArray()
                .Where(token => token.GetProperty("id").GetInt32() >= Tokens)
                .OrderBy(token => token.GetProperty("id").GetInt32())
                .Select(token => token.GetProperty("content").GetString())
        );

        loaded.Save(folder["saved"]);
        Assert.Equal(4, Json("generation_config.json").GetProperty("eos_token_id").GetArrayLength());
        Assert.False(File.Exists(folder["saved/" + SafetensorsIndex.IndexFileName]));

        JsonElement Json(string name) => JsonDocument.Parse(File.ReadAllText(folder["saved/" + name])).RootElement;
    }

    /// <summary>A merged model, a checkpoint and the end of a run write the same stop ids and tokenizer as a plain save.</summary>
    [Fact]
    public async Task Save_EveryWay_WritesTheSameFilesBesideTheWeights()
    {
        string[] common = ["generation_config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"];
        Save(Tokens, tied: true);
        using (PretrainedModel loaded = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, Device = "cpu" }))
        {
            loaded.Model.AddAdapter(TinyRun.Lora, [], 1);
            Assert.Contains("merge", Assert.Throws<InvalidOperationException>(() => loaded.Save(folder["merged"])).Message);
            Assert.False(Directory.Exists(folder["merged"]));
            loaded.Model.MergeAdapter();
            loaded.Save(folder["merged"]);
        }

        using (CausalLanguageModel apart = ModelFolder.Load(folder.Path, CPU))
        {
            CodeTokenizer tokenizer = CodeTokenizer.Load(folder.Path);
            PretrainedModel.AddMarkers(apart, tokenizer, 1);
            PretrainedModel.Save(folder["apart"], apart, tokenizer);
            TrainingData data = TrainingData.FromConversations(Enumerable.Range(0, 4).Select(TinyRun.Reflection), tokenizer);
            FineTuningOptions options = TinyRun.Options(folder["run"]) with { MaxSteps = 1, SaveSteps = 1 };
            await new ReflectionFineTuner(apart, tokenizer, options).TrainAsync(data);
        }

        JsonElement generation = JsonDocument.Parse(File.ReadAllText(folder["merged/generation_config.json"])).RootElement;
        Assert.Equal(3, generation.GetProperty("eos_token_id").GetArrayLength());
        foreach (string way in (string[])["apart", "run", "run/checkpoint-1"])
        {
            Assert.All(
                common,
                name => Assert.Equal(File.ReadAllBytes(folder["merged/" + name]), File.ReadAllBytes(folder[$"{way}/{name}"]))
            );
        }
    }

    /// <summary>
    /// A save of the adapter was cut off after its commit: its tokenizer and its tensors are in place before either is read.
    /// </summary>
    [Fact]
    public void Load_AdapterWhoseSaveWasCutOff_FinishesItFirst()
    {
        Save(Tokens, tied: true);
        PretrainedModelOptions plain = new() { Directory = folder.Path, Device = "cpu" };
        string adapter = folder["adapter"];
        using (PretrainedModel trained = PretrainedModel.Load(plain))
        {
            trained.Model.AddAdapter(TinyRun.Lora with { Rank = 3 }, [], 1);
            Assert.Throws<FileWriteException>(() =>
                AdapterFolder.Save(
                    adapter,
                    trained.Model,
                    trained.Tokenizer.Save,
                    step =>
                    {
                        if (step == "committed")
                        {
                            throw new IOException("killed");
                        }
                    }
                )
            );
        }

        Assert.Equal([".saved"], Directory.GetFileSystemEntries(adapter).Select(Path.GetFileName));
        using PretrainedModel loaded = PretrainedModel.Load(plain with { Adapter = adapter });
        Assert.Equal(3, loaded.Model.Adapter!.Options.Rank);
        Assert.Empty(loaded.Tokenizer.AppendedMarkers); // the adapter's tokenizer has them all
    }

    [Fact]
    public void FindAdapter_OfAModelOrAnAdapter_SaysWhichItIs()
    {
        Save(Tokens, tied: true);
        Assert.Null(PretrainedModel.FindAdapter(folder.Path));
        using PretrainedModel loaded = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, Device = "cpu" });
        Assert.Throws<InvalidOperationException>(() => PretrainedModel.SaveAdapter(folder["adapter"], loaded.Model, loaded.Tokenizer));
        loaded.Model.AddAdapter(TinyRun.Lora, [3, 4], 1);
        PretrainedModel.SaveAdapter(folder["adapter"], loaded.Model, loaded.Tokenizer);
        AdapterConfig found = PretrainedModel.FindAdapter(folder["adapter"])!;
        Assert.Equal((4, folder.Path), (found.Options.Rank, found.Options.BaseModelNameOrPath));
        Assert.Equal([3, 4], found.TrainableTokenIds);
    }

    [Fact]
    public void GetFingerprint_TellsWeightsApartAndNothingElse()
    {
        Save(Tokens, tied: true);
        PretrainedModelOptions plain = new() { Directory = folder.Path, Device = "cpu" };
        using PretrainedModel loaded = PretrainedModel.Load(plain);
        string first = loaded.GetFingerprint();
        Assert.Matches("^[0-9a-f]{12}$", first);
        loaded.Save(folder["copy"]);
        using (PretrainedModel copy = PretrainedModel.Load(plain with { Directory = folder["copy"] }))
        {
            Assert.Equal(first, copy.GetFingerprint());
        }

        loaded.Model.AddAdapter(TinyRun.Lora, [], 1);
        string adapted = loaded.GetFingerprint();
        loaded.Model.RemoveAdapter();
        loaded.Model.AddAdapter(TinyRun.Lora, [], 2);
        Assert.Equal(3, new[] { first, adapted, loaded.GetFingerprint() }.Distinct().Count());
        loaded.Model.RemoveAdapter();
        using (TorchSharp.torch.no_grad())
        {
            loaded.Model.Parameters["model.norm.weight"].add_(1e-3f);
        }

        Assert.NotEqual(first, loaded.GetFingerprint());
    }

    [Fact]
    public void Load_Cancelled_Stops()
    {
        Save(Tokens, tied: true);
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, Device = "cpu" }, null, stop.Token)
        );
    }

    /// <summary>A model with so many rows beside a tokenizer that lacks the markers; returns both embeddings.</summary>
    private double[][] Save(int rows, bool tied)
    {
        CodeTokenizer.TrainByteLevel(["def add(a, b): return a + b, a + b, a + b, return def def"], Tokens).Save(folder.Path);
        string json = File.ReadAllText(folder["tokenizer.json"]);
        foreach (string marker in Markers.All)
        {
            json = json.Replace(marker, marker.Replace("<|", "<!", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        File.WriteAllText(folder["tokenizer.json"], json);
        using CausalLanguageModel model = CausalLanguageModel.Create(
            TinyRun.Config with
            {
                VocabularySize = rows,
                TieWordEmbeddings = tied,
            },
            CPU,
            ScalarType.Float32,
            5
        );
        ModelFolder.Save(folder.Path, model);
        return [TinyModels.Numbers(model.InputEmbedding), TinyModels.Numbers(model.OutputWeight)];
    }
}
