using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.Evaluation;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Generation;
using ReflectionCoder.Hosting;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Sequences;
using ReflectionCoder.Tests.FineTuning;
using ReflectionCoder.Tokenization;
using ReflectionCoder.Tokenization.Samples;
using ReflectionCoder.Torch;

namespace ReflectionCoder.Tests.Hosting;

public sealed class TrainingServicesTests
{
    [Fact]
    public async Task Start_Mistakes_AreListedBeforeAnythingIsLoaded()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddReflectionCoder(
            model => (model.Directory, model.Device, model.Dtype) = ("nowhere", "tpu", "float8"),
            options => (options.LearningRate, options.Threads) = (0, 0)
        );
        builder.Services.Configure<GenerationOptions>(options => options.TopP = 0);
        using IHost host = builder.Build();
        AggregateException exception = await Assert.ThrowsAsync<AggregateException>(() => host.StartAsync());
        Assert.Equal(
            [
                "FineTuningOptions: LearningRate is 0; it must be more than 0",
                "FineTuningOptions: OutputDirectory is empty; it must be a directory",
                "FineTuningOptions: Threads is 0; it must be at least 1",
                "GenerationOptions: TopP is 0; it must be above 0, at most 1",
                "PretrainedModelOptions: Device is tpu; it must be cpu, cuda, cuda:N or auto",
                "PretrainedModelOptions: Dtype is float8; it must be float32 or bfloat16",
            ],
            exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Host_FromAFolder_TrainsAndAnswersOnOneThread()
    {
        using RunFolder folder = new();
        using (CausalLanguageModel fresh = TinyRun.Model())
        {
            ModelFolder.Save(folder["model"], fresh);
            TinyRun.Tokenizer.Save(folder["model"]);
        }

        ThreadWatch watch = new();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IMaskRateSchedule>(new ConstantMaskRateSchedule(0.5));
        builder.Services.AddSingleton<ITrainerCallback>(watch);
        builder.Services.AddReflectionCoder(
            model => (model.Directory, model.Device) = (folder["model"], "cpu"),
            options =>
                (options.OutputDirectory, options.MaxSteps, options.PerDeviceTrainBatchSize, options.GradientAccumulationSteps) = (
                    folder["out"],
                    2,
                    2,
                    1
                )
        );
        builder.Services.Configure<GenerationOptions>(options => options.MaxNewTokens = 5);
        using IHost host = builder.Build();
        await host.StartAsync();
        TorchThread thread = watch.Thread = host.Services.GetRequiredService<TorchThread>();
        Assert.Same(host.Services.GetRequiredService<PretrainedModel>().Model, host.Services.GetRequiredService<ICausalLanguageModel>());
        StepLog log = new();
        FineTuningResult result = await host.Services.GetRequiredService<IFineTuner>().TrainAsync(TinyRun.Data(generations: 0), log);
        Assert.Equal(2, result.Steps);
        Assert.Equal([0.5, 0.5], log.Steps.Select(step => step.MaskRate));
        Assert.True(watch.OnThread);
        _ = await host.Services.GetRequiredService<ICodeGenerator>().GenerateAsync("Write f.");
        Assert.Same(host.Services.GetRequiredService<TextGenerator>(), host.Services.GetRequiredService<ICodeGenerator>());
        Assert.Same(
            host.Services.GetRequiredService<TextGenerator>(),
            host.Services.GetRequiredService<ReflectionChatClient>().GetService(typeof(TextGenerator))
        );
        await host.StopAsync();
        host.Dispose();
        Assert.Throws<ObjectDisposedException>(() =>
        {
            _ = thread.RunAsync(() => 0);
        });
    }

    [Fact]
    public void AddReflectionCoder_HostsOwnModel_NeedsNoFolder()
    {
        using RunFolder folder = new();
        using CausalLanguageModel model = TinyRun.Model();
        using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<ICausalLanguageModel>(model)
            .AddSingleton(TinyRun.Tokenizer)
            .AddReflectionCoder(configureModel: null, options => options.OutputDirectory = folder["out"])
            .BuildServiceProvider();
        Assert.IsType<ReflectionFineTuner>(provider.GetRequiredService<IFineTuner>());
        Assert.Null(provider.GetService<PretrainedModel>());
    }

    [Fact]
    public void AddReflectionCoder_HostsParts_TakeThePlaceOfTheDefaults()
    {
        SgdFactory optimizer = new(0.5);
        using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<IOptimizerFactory>(optimizer)
            .AddSingleton(LearningRateSchedules.Linear)
            .AddSingleton(LossNormalizers.MicroBatch)
            .AddReflectionCoder(configureModel: null, options => options.OutputDirectory = "out")
            .BuildServiceProvider();
        FineTuningOptions options = provider.GetRequiredService<IOptions<FineTuningOptions>>().Value;
        Assert.Same(optimizer, options.Optimizer);
        Assert.Same(LearningRateSchedules.Linear, options.LearningRateSchedule);
        Assert.Same(LossNormalizers.MicroBatch, options.LossNormalizer);
        Assert.Equal("length-grouped", options.Sampler.Identity);
    }

    [Fact]
    public async Task Generator_OfAModelWithEosIdsOfItsOwn_StopsThere()
    {
        using RunFolder folder = new();
        using (CausalLanguageModel fresh = CausalLanguageModel.Create(TinyRun.Config with { InitializerRange = 0 }))
        {
            ModelFolder.Save(folder.Path, fresh); // its likeliest token is always the first
            TinyRun.Tokenizer.Save(folder.Path);
        }

        foreach (
            (string ids, ChatFinishReason expected) in ((string, ChatFinishReason)[])
                [("[5]", ChatFinishReason.Length), ("[5,0]", ChatFinishReason.Stop)]
        )
        {
            await File.WriteAllTextAsync(folder["generation_config.json"], $$"""{"eos_token_id":{{ids}}}""");
            await using ServiceProvider provider = new ServiceCollection()
                .AddReflectionCoder(
                    model => (model.Directory, model.Device) = (folder.Path, "cpu"),
                    options => options.OutputDirectory = folder["out"]
                )
                .Configure<GenerationOptions>(options => options.MaxNewTokens = 3)
                .BuildServiceProvider();
            ChatResponse response = await provider
                .GetRequiredService<ReflectionChatClient>()
                .GetResponseAsync([new ChatMessage(ChatRole.User, "q")]);
            Assert.Equal(expected, response.FinishReason);
        }
    }

    [Fact]
    public async Task Host_Float16OnTheCpu_TrainsInFloat32AndSaysSo()
    {
        using RunFolder folder = new();
        using (CausalLanguageModel half = TinyRun.Model(TorchSharp.torch.ScalarType.Float16))
        {
            ModelFolder.Save(folder.Path, half);
            TinyRun.Tokenizer.Save(folder.Path);
        }

        WarningLog log = new();
        foreach (string? dtype in (string?[])[null, "float32"])
        {
            await using ServiceProvider provider = new ServiceCollection()
                .AddLogging(logging => logging.AddProvider(log))
                .AddReflectionCoder(
                    model => (model.Directory, model.Device, model.Dtype) = (folder.Path, "cpu", dtype),
                    options => (options.OutputDirectory, options.MaxSteps, options.PerDeviceTrainBatchSize) = (folder["out" + dtype], 1, 2)
                )
                .BuildServiceProvider();
            Assert.Equal(1, (await provider.GetRequiredService<IFineTuner>().TrainAsync(TinyRun.Data(generations: 0))).Steps);
            Assert.Equal(TorchSharp.torch.ScalarType.Float32, ModelConfig.Load(folder["out" + dtype]).StoredDtype);
            string said = Assert.Single(log.Messages); // nothing where the type was chosen
            Assert.Contains("Float16", said);
            Assert.Contains("Float32", said);
        }
    }

    [Fact]
    public async Task TrainingData_LoadedInAHost_HasTheHostsLengths()
    {
        using RunFolder folder = new();
        SequenceWriter.Write(folder["train.jsonl"], [TinyRun.Generation(0), TinyRun.Reflection(0)]);
        int length = Assert.Single(TrainingData.FromConversations([TinyRun.Generation(0)], TinyRun.Tokenizer).Samples).Tokens.Length;
        using IHost host = Build(length);
        await host.StartAsync();
        SampleTokenizer samples = host.Services.GetRequiredService<SampleTokenizer>();
        Assert.Equal([length], TrainingData.Load([folder["train.jsonl"]], samples).Samples.Select(sample => sample.Tokens.Length));
        Assert.Single(TrainingData.FromConversations([TinyRun.Generation(0), TinyRun.Reflection(0)], samples).Overlong);

        using IHost wrong = Build(0);
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => wrong.StartAsync());
        Assert.Equal(["SampleTokenizerOptions: MaxLength is 0; it must be at least 3"], exception.Failures);

        IHost Build(int maxLength)
        {
            HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
            builder
                .Services.AddSingleton(TinyRun.Tokenizer)
                .AddReflectionCoder(configureModel: null, options => options.OutputDirectory = folder["out"])
                .Configure<SampleTokenizerOptions>(options => options.MaxLength = maxLength);
            return builder.Build();
        }
    }

    [Fact]
    public void PretrainedModel_TokenizerWithoutMarkers_GetsMeanRows()
    {
        using RunFolder folder = new();
        CodeTokenizer learned = CodeTokenizer.TrainByteLevel(["def add(a, b): return a + b"], 280);
        learned.Save(folder.Path);
        string plain = File.ReadAllText(folder["tokenizer.json"]);
        using (CausalLanguageModel fresh = TinyRun.Model())
        {
            ModelFolder.Save(folder.Path, fresh);
        }

        foreach (string marker in Markers.All)
        {
            plain = plain.Replace(marker, marker.Replace("<|", "<!", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        File.WriteAllText(folder["tokenizer.json"], plain);
        using PretrainedModel loaded = PretrainedModel.Load(new PretrainedModelOptions { Directory = folder.Path, Device = "cpu" });
        Assert.Equal(Markers.All, loaded.Tokenizer.AppendedMarkers);
        Assert.True(loaded.Model.VocabularySize >= loaded.Tokenizer.VocabularySize);
        int[] subTokens = loaded.Tokenizer.EncodeText(Markers.All[0]);
        using TorchSharp.torch.Tensor indices = TorchSharp.torch.tensor(subTokens.Select(id => (long)id).ToArray());
        using TorchSharp.torch.Tensor mean = loaded.Model.InputEmbedding.index_select(0, indices).mean([0]);
        using TorchSharp.torch.Tensor row = loaded.Model.InputEmbedding.narrow(0, loaded.Tokenizer.MarkerIds.User, 1).squeeze(0);
        Assert.Equal(mean.data<float>().ToArray(), row.data<float>().ToArray());
    }

    private sealed class ThreadWatch : ITrainerCallback
    {
        public TorchThread? Thread { get; set; }

        public bool OnThread { get; private set; }

        public void OnStepEnd(TrainerContext context, TrainingProgress progress) => OnThread = Thread!.IsCurrent;
    }
}
