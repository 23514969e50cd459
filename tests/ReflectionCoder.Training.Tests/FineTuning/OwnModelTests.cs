using System.Text.Json.Nodes;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Safetensors;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>A model that the library doesn't know does with it whatever the library's own does.</summary>
public sealed class OwnModelTests : IDisposable
{
    private readonly RunFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(KillPoint.BetweenCheckpoints, false, 3)]
    [InlineData(KillPoint.InsideFinalSave, false, 12)]
    [InlineData(KillPoint.BetweenCheckpoints, true, 3)]
    [InlineData(KillPoint.InsideFinalSave, true, 12)]
    [Trait("Category", "Invariant")]
    public void Resume_AfterSigkill_EndsWithTheSameBytes(KillPoint point, bool lora, long resumedFrom)
    {
        Assert.Equal(0, KilledRun.Start(folder["whole"], KillPoint.Nowhere, lora, own: true));
        Assert.Equal(137, KilledRun.Start(folder["killed"], point, lora, own: true));
        Assert.False(File.Exists(Path.Combine(folder["killed"], lora ? WeightFiles.Adapter : SafetensorsIndex.FileName)));
        Assert.Equal(resumedFrom, KilledRun.Start(folder["killed"], KillPoint.Nowhere, lora, own: true, resume: true));
        foreach (string path in new[] { "", "checkpoint-12" })
        {
            string whole = Path.Combine(folder["whole"], path);
            IEnumerable<string> files = Directory.GetFiles(whole).Select(file => Path.GetFileName(file));
            string[] names = [.. files.Except(["metrics.jsonl", TrainerState.FileName])];
            Assert.Contains(lora ? "adapter_config.json" : "config.json", names);
            Assert.All(
                names,
                name =>
                    Assert.Equal(
                        File.ReadAllBytes(Path.Combine(whole, name)),
                        File.ReadAllBytes(Path.Combine(folder["killed"], path, name))
                    )
            );
        }

        Assert.Equal(
            UninterruptedRun.TimelessMetrics(Path.Combine(folder["whole"], "metrics.jsonl")),
            UninterruptedRun.TimelessMetrics(Path.Combine(folder["killed"], "metrics.jsonl"))
        );
    }

    [Fact]
    public void Train_ThenLoad_HasItsFilesAndStopsAtItsOwnId()
    {
        CodeTokenizer tokenizer = TinyRun.Tokenizer;
        using (OwnModel model = OwnModel.Create(tokenizer, stopId: 'q'))
        {
            TinyRun.Train(model, TinyRun.Options(folder["out"]) with { MaxSteps = 3, MaxShardSize = 1000 });
            Assert.Equal(['q'], model.GenerationConfig!.EosTokenIds); // the file says more, the model itself is left alone
        }

        Assert.True(File.Exists(Path.Combine(folder["out"], SafetensorsIndex.IndexFileName)));
        using OwnModel loaded = OwnModel.Load(folder["out"]);
        Assert.Equal("mine", loaded.Note);
        MarkerIds markers = tokenizer.MarkerIds;
        Assert.Equal(['q', tokenizer.EosTokenId, markers.EndOfBlock, markers.EndOfMessage], loaded.GenerationConfig!.EosTokenIds);
        using (OwnModel checkpoint = OwnModel.Load(folder["out/checkpoint-3"]))
        {
            Assert.Equal(loaded.GenerationConfig.EosTokenIds, checkpoint.GenerationConfig!.EosTokenIds);
        }

        using TextGenerator generator = new(loaded, tokenizer, new GenerationOptions { MaxNewTokens = 12 });
        GeneratedText free = generator.Generate("Write f.");
        char end = free.Text.Last(char.IsAscii);
        loaded.GenerationConfig = loaded.GenerationConfig with { EosTokenIds = tokenizer.EncodeText(end.ToString()) };
        GeneratedText stopped = generator.Generate("Write f.");
        Assert.Equal(FinishReason.Stop, stopped.FinishReason);
        Assert.True(stopped.NewTokens < free.NewTokens, $"{stopped} {free}");
        Assert.Equal(free.Text[..free.Text.IndexOf(end)], stopped.Text);
    }

    [Fact]
    public void Generate_WithItsCacheOrWithout_IsTheSame()
    {
        using OwnModel cached = OwnModel.Create(TinyRun.Tokenizer, seed: 4);
        using OwnModel plain = OwnModel.Create(TinyRun.Tokenizer, seed: 4, supportsCache: false);
        TextRequest[] requests = [.. new[] { "a", "Write f, please.", "bc" }.Select(text => TextRequest.OneOff(text))];
        GenerationOptions options = new() { MaxNewTokens = 20, BatchSize = 2 };
        using TextGenerator first = new(cached, TinyRun.Tokenizer, options);
        using TextGenerator second = new(plain, TinyRun.Tokenizer, options);
        Assert.Equal(
            first.GenerateBatch(requests).Select(answer => answer.Text),
            second.GenerateBatch(requests).Select(answer => answer.Text)
        );
    }

    [Fact]
    public void Resume_AdapterBesideAnotherBase_IsRefusedByTheFingerprint()
    {
        FineTuningOptions options = TinyRun.Options(folder["out"]) with { Lora = TinyRun.Lora, MaxSteps = 3 };
        using (OwnModel model = OwnModel.Create(TinyRun.Tokenizer))
        {
            TinyRun.Train(model, options);
        }

        using OwnModel other = OwnModel.Create(TinyRun.Tokenizer, seed: 2);
        CheckpointException exception = Assert.Throws<CheckpointException>(() => TinyRun.Train(other, options with { Resume = true }));
        Assert.Contains("base_weights", Assert.Single(exception.Differences));
        Assert.Null(other.Adapter);
        Assert.All(other.Parameters.Values, weight => Assert.True(weight.requires_grad));
    }

    [Fact]
    public void Train_Adapter_NamesItsBaseLoadsAgainAndMerges()
    {
        string start = folder["base"];
        using (OwnModel fresh = OwnModel.Create(TinyRun.Tokenizer))
        {
            PretrainedModel.Save(start, fresh, TinyRun.Tokenizer);
        }

        using OwnModel model = OwnModel.Load(start);
        string[] before = [.. model.Parameters.Values.Select(Text)];
        Assert.Contains(
            start,
            Assert
                .Throws<CheckpointException>(() =>
                    TinyRun.Train(model, TinyRun.Options(start) with { Lora = TinyRun.Lora, OverwriteOutputDirectory = true })
                )
                .Message
        );
        TinyRun.Train(model, TinyRun.Options(folder["out"]) with { Lora = TinyRun.Lora, MaxSteps = 3 });
        Assert.Equal(before, model.Parameters.Values.Select(Text));
        JsonNode saved = JsonNode.Parse(File.ReadAllText(Path.Combine(folder["out"], "adapter_config.json")))!;
        Assert.Equal(start, (string?)saved["base_model_name_or_path"]);
        Assert.Throws<InvalidOperationException>(() => PretrainedModel.Save(folder["merged"], model, TinyRun.Tokenizer));
        PretrainedModel.SaveAdapter(folder["again"], model, TinyRun.Tokenizer);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder["out"], WeightFiles.Adapter)),
            File.ReadAllBytes(Path.Combine(folder["again"], WeightFiles.Adapter))
        );

        using OwnModel loaded = OwnModel.Load(start, folder["out"]);
        Assert.Equal(model.TrainableParameters.Values.Select(Text), loaded.TrainableParameters.Values.Select(Text));
        loaded.MergeAdapter();
        PretrainedModel.Save(folder["merged"], loaded, TinyRun.Tokenizer);
        using OwnModel merged = OwnModel.Load(folder["merged"]);
        Assert.Equal(loaded.Parameters.Values.Select(Text), merged.Parameters.Values.Select(Text));
        Assert.NotEqual(before, merged.Parameters.Values.Select(Text));
    }

    private static string Text(TorchSharp.torch.Tensor tensor) => Convert.ToHexString(tensor.detach().bytes);
}
