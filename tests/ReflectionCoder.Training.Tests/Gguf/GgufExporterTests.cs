using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Gguf;
using ReflectionCoder.Modeling;
using ReflectionCoder.Modeling.Adapters;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Tests.Checkpointing;
using ReflectionCoder.Tests.Modeling;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.Gguf;

/// <summary>Where an export takes its weights from makes no difference, and one that fails leaves nothing.</summary>
public sealed class GgufExporterTests
{
    [Theory]
    [InlineData(ScalarType.Float32, "f32")]
    [InlineData(ScalarType.BFloat16, "q8_0")]
    [InlineData(ScalarType.Float16, "f16")]
    public void Export_Folder_EqualsTheLoadedModels(ScalarType dtype, string type)
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama, dtype);
        PretrainedModel.Save(folder["model"], model, TinyGguf.Tokenizer, new ModelSaveOptions { MaxShardSize = 20_000 });
        using PretrainedModel loaded = PretrainedModel.Load(new() { Directory = folder["model"], Device = "cpu" });
        GgufExporter.Export(loaded.Model, loaded.Tokenizer, folder["loaded.gguf"], new() { Type = type, Name = "tiny" });
        GgufExporter.Export(folder["model"], adapter: null, folder["folder.gguf"], new() { Type = type, Name = "tiny" });
        Assert.Equal(File.ReadAllBytes(folder["loaded.gguf"]), File.ReadAllBytes(folder["folder.gguf"]));
    }

    [Theory]
    [InlineData(true, ScalarType.Float32)]
    [InlineData(false, ScalarType.BFloat16)]
    [InlineData(false, ScalarType.Float16)]
    public void Export_Adapter_EqualsTheMergedModels(bool tied, ScalarType dtype)
    {
        using TemporaryFolder folder = new();
        using (CausalLanguageModel saved = TinyModels.Create(TinyGguf.Llama with { TieWordEmbeddings = tied }, dtype))
        {
            PretrainedModel.Save(folder["base"], saved, TinyGguf.Tokenizer);
        }

        using PretrainedModel pretrained = PretrainedModel.Load(new() { Directory = folder["base"], Device = "cpu" });
        AddTrainedAdapter(pretrained.Model, [.. Enumerable.Range(256, 7)]);
        PretrainedModel.SaveAdapter(folder["adapter"], pretrained.Model, pretrained.Tokenizer);
        GgufExportOptions options = new() { Type = "f32", Name = "tiny" };
        GgufExporter.Export(folder["base"], folder["adapter"], folder["folders.gguf"], options);
        GgufExporter.Export(pretrained.Model, pretrained.Tokenizer, folder["adapted.gguf"], options);
        Assert.NotNull(pretrained.Model.Adapter);
        GgufExporter.Export(folder["base"], adapter: null, folder["base.gguf"], options);
        pretrained.Model.MergeAdapter();
        GgufExporter.Export(pretrained.Model, pretrained.Tokenizer, folder["merged.gguf"], options);
        byte[] merged = File.ReadAllBytes(folder["merged.gguf"]);
        Assert.Equal(merged, File.ReadAllBytes(folder["adapted.gguf"]));
        Assert.Equal(merged, File.ReadAllBytes(folder["folders.gguf"]));
        Assert.NotEqual(merged, File.ReadAllBytes(folder["base.gguf"]));
    }

    /// <summary>A base without markers, and an adapter with their rows: the file has the rows that a loaded model has.</summary>
    [Fact]
    public void Export_AdapterWithMoreRows_EqualsTheLoadedModels()
    {
        using TemporaryFolder folder = new();
        SaveBaseWithoutMarkers(folder["base"]);
        PretrainedModelOptions options = new() { Directory = folder["base"], Device = "cpu" };
        using (PretrainedModel pretrained = PretrainedModel.Load(options))
        {
            int[] markers = [.. Markers.All.Select(marker => pretrained.Tokenizer.EncodeWithSpecialTokens(marker).Single())];
            AddTrainedAdapter(pretrained.Model, markers);
            PretrainedModel.SaveAdapter(folder["adapter"], pretrained.Model, pretrained.Tokenizer);
        }

        options.Adapter = folder["adapter"];
        using PretrainedModel loaded = PretrainedModel.Load(options);
        GgufExportOptions export = new() { Type = "f32", Name = "tiny" };
        GgufExporter.Export(loaded.Model, loaded.Tokenizer, folder["loaded.gguf"], export);
        GgufExporter.Export(folder["base"], folder["adapter"], folder["folders.gguf"], export);
        Assert.Equal(File.ReadAllBytes(folder["loaded.gguf"]), File.ReadAllBytes(folder["folders.gguf"]));
        NaiveGguf file = new(folder["folders.gguf"]);
        Assert.Contains("<|endofmessage|>", (object[])file.Keys["tokenizer.ggml.tokens"]);
    }

    /// <summary>The adapter's tokenizer has the markers, and nobody has rows for them.</summary>
    [Fact]
    public void Export_AdapterWithoutRowsThatTheBaseLacks_IsRefused()
    {
        using TemporaryFolder folder = new();
        SaveBaseWithoutMarkers(folder["base"]);
        using (PretrainedModel pretrained = PretrainedModel.Load(new() { Directory = folder["base"], Device = "cpu" }))
        {
            AddTrainedAdapter(pretrained.Model, []);
            PretrainedModel.SaveAdapter(folder["adapter"], pretrained.Model, pretrained.Tokenizer);
        }

        DataFormatException error = TinyGguf.Refused(
            "trainable_token_indices",
            path => GgufExporter.Export(folder["base"], folder["adapter"], path)
        );
        Assert.Equal(Path.Combine(folder["adapter"], "adapter_config.json"), error.Path);
    }

    [Fact]
    public void Export_BaseWithoutMarkers_HasNoneEither()
    {
        using TemporaryFolder folder = new();
        SaveBaseWithoutMarkers(folder["base"]);
        GgufExporter.Export(folder["base"], adapter: null, folder["base.gguf"]);
        NaiveGguf file = new(folder["base.gguf"]);
        Assert.DoesNotContain("<|user|>", (object[])file.Keys["tokenizer.ggml.tokens"]);
        Assert.DoesNotContain("tokenizer.ggml.eot_token_id", file.Keys.Keys);
        Assert.DoesNotContain("tokenizer.chat_template", file.Keys.Keys);
        Assert.False(File.Exists(folder["base.Modelfile"]));
    }

    [Fact]
    public void Export_Cancelled_LeavesTheFormerFile()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        File.WriteAllText(folder["tiny.gguf"], "former");
        using CancellationTokenSource source = new();
        Heard heard = new(progress => source.Cancel());
        Assert.Throws<OperationCanceledException>(() =>
            GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], progress: heard, cancellationToken: source.Token)
        );
        Assert.Single(heard.Reports);
        Assert.Equal("former", File.ReadAllText(folder["tiny.gguf"]));
        Assert.Equal(["tiny.gguf"], Directory.GetFiles(folder.FullName).Select(Path.GetFileName));
    }

    [Fact]
    public void Export_Progress_CountsToTheEnd()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        Heard heard = new(_ => { });
        GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], progress: heard);
        Assert.Equal(model.Parameters.Keys, heard.Reports.Select(report => report.TensorName));
        ModelLoadProgress last = heard.Reports[^1];
        Assert.Equal((model.ParameterCount * 4, 1.0), (last.BytesRead, last.Fraction));
        Assert.Equal((model.Parameters.Count, model.Parameters.Count), (last.TensorsRead, last.TotalTensors));
    }

    [Theory]
    [InlineData("f32", float.NaN, "finite")]
    [InlineData("q8_0", float.PositiveInfinity, "finite")]
    [InlineData("f16", 70000f, "F16")]
    [InlineData("q8_0", 1e7f, "Q8_0")]
    [InlineData("bf16", 3.4e38f, "BF16")]
    public void Export_NumberThatTheTypeLacks_IsRefusedByTensor(string type, float number, string says)
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        using (no_grad())
        using (NewDisposeScope())
        {
            model.Parameters["model.layers.1.mlp.up_proj.weight"][3, 5].fill_(number);
        }

        DataFormatException error = Assert.Throws<DataFormatException>(() =>
            GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { Type = type })
        );
        Assert.Equal("model.layers.1.mlp.up_proj.weight", error.Field);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    [Fact]
    public void Export_FolderThatIsNotThere_IsAWriteError()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        string path = Path.Combine(folder["absent"], "tiny.gguf");
        FileWriteException error = Assert.Throws<FileWriteException>(() => GgufExporter.Export(model, TinyGguf.Tokenizer, path));
        Assert.Equal(path, error.Path);
    }

    [Fact]
    public void Export_OptionsOutOfRange_AreListed()
    {
        using TemporaryFolder folder = new();
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama);
        GgufExportOptions options = new()
        {
            Type = "q4_k",
            Name = " ",
            ContextLength = 0,
            PreTokenizer = "",
        };
        InvalidOptionsException error = Assert.Throws<InvalidOptionsException>(() =>
            GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], options)
        );
        Assert.Equal(["Type", "Name", "ContextLength", "PreTokenizer"], error.Errors.Select(mistake => mistake.Name));
        error = Assert.Throws<InvalidOptionsException>(() =>
            GgufExporter.Export(model, TinyGguf.Tokenizer, folder["tiny.gguf"], new() { ContextLength = 4096 })
        );
        Assert.Contains("2048", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.FullName));
    }

    private static void AddTrainedAdapter(CausalLanguageModel model, int[] tokens)
    {
        model.AddAdapter(new LoraOptions { Rank = 2 }, tokens, seed: 3);
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (Tensor parameter in model.TrainableParameters.Values)
        {
            parameter.add_(randn_like(parameter).mul_(0.1));
        }
    }

    private static void SaveBaseWithoutMarkers(string directory)
    {
        CodeTokenizer tokenizer = TinyGguf.SentencePiece();
        int rows = tokenizer.VocabularySize - tokenizer.AppendedMarkers.Count;
        using CausalLanguageModel model = TinyModels.Create(TinyGguf.Llama with { VocabularySize = rows });
        ModelFolder.Save(
            directory,
            model,
            options: null,
            folder =>
            {
                File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.Definition.Source().ToJsonString());
                File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), tokenizer.Definition.Config.ToJsonString());
            }
        );
    }

    private sealed class Heard(Action<ModelLoadProgress> hear) : IProgress<ModelLoadProgress>
    {
        public List<ModelLoadProgress> Reports { get; } = [];

        public void Report(ModelLoadProgress value)
        {
            Reports.Add(value);
            hear(value);
        }
    }
}
