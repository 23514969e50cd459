using System.Security.Cryptography;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Runs;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Pretrained;
using ReflectionCoder.Randomness;
using ReflectionCoder.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>A run that is refused leaves what lay in its output directory, and the model, as they were.</summary>
public sealed class RefusedRunTests : IDisposable
{
    private readonly RunFolder folder = new();

    public enum Reason
    {
        Data,
        OutputWeight,
        Adapter,
        Sampler,
        Schedule,
        Optimizer,
        MetricsFile,
        MetricsFolder,
        CallbackThatBegins,
    }

    public static TheoryData<Reason> Reasons { get; } = [.. Enum.GetValues<Reason>()];

    private string Output => folder["out"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Train_OverwriteThatIsRefused_LeavesTheFormerRunByteForByte(Reason reason)
    {
        IReadOnlyDictionary<string, string> former = FormerRun();
        FineTuningOptions options = TinyRun.Options(Output) with { MaxSteps = 2, OverwriteOutputDirectory = true };
        using CausalLanguageModel model = TinyRun.Model(reason == Reason.Optimizer ? ScalarType.Float16 : ScalarType.Float32);
        TrainingData data = reason == Reason.Data ? TinyRun.Data(0, 0) : TinyRun.Data();
        ICausalLanguageModel trained = reason == Reason.OutputWeight ? new Lopsided(model) : model;
        options = reason switch
        {
            Reason.Adapter => options with { Lora = TinyRun.Lora },
            Reason.Sampler => options with { Sampler = new Broken() },
            Reason.Schedule => options with { LearningRateSchedule = new Broken() },
            Reason.MetricsFile => options with { MetricsPath = Output },
            Reason.MetricsFolder => options with { MetricsPath = Path.Combine(Output, "config.json", "metrics.jsonl") },
            Reason.CallbackThatBegins => options with { Callbacks = [new Begin(_ => throw new InvalidOperationException("not today"))] },
            _ => options,
        };
        if (reason == Reason.Adapter)
        {
            model.AddAdapter(TinyRun.Lora with { Rank = 5 }, [], seed: 1);
        }

        Exception? refused = Record.Exception(() => TinyRun.Train(trained, options, data));
        Assert.NotNull(refused);
        Assert.Equal(former, Snapshot(Output));
    }

    [Fact]
    public void Train_OverwriteThatIsNotRefused_KeepsNothingOfTheFormerRun()
    {
        FormerRun();
        TinyRun.Train(TinyRun.Options(Output) with { MaxSteps = 2, SaveSteps = 2, OverwriteOutputDirectory = true });
        Assert.Equal([2L], new CheckpointStore(Output).Steps());
        Assert.Equal([Path.Combine(Output, "checkpoint-2")], Directory.GetDirectories(Output));
        Assert.Equal(2, File.ReadLines(Path.Combine(Output, "metrics.jsonl")).Count());
    }

    /// <summary>Its checkpoint must not lie beside those of the run that it replaces: a resume would take the newest.</summary>
    [Fact]
    public void Train_CancelledByACallbackThatBegins_LeavesItsOwnCheckpointAlone()
    {
        FormerRun();
        using CancellationTokenSource stop = new();
        FineTuningOptions options = TinyRun.Options(Output) with
        {
            MaxSteps = 2,
            OverwriteOutputDirectory = true,
            Callbacks =
            [
                new Begin(context =>
                {
                    stop.Cancel();
                    context.CancellationToken.ThrowIfCancellationRequested();
                }),
            ],
        };
        using CausalLanguageModel model = TinyRun.Model();
        Assert.Equal(0, Assert.Throws<FineTuningCanceledException>(() => TinyRun.Train(model, options, stop: stop.Token)).Step);
        Assert.Equal([0L], new CheckpointStore(Output).Steps());
        Assert.False(File.Exists(Path.Combine(Output, "config.json")));
        Assert.Equal("", File.ReadAllText(Path.Combine(Output, "metrics.jsonl")));
    }

    [Fact]
    public void Train_NewRunThatIsRefused_LeavesAMetricsFileOfAnotherRunAndMakesNone()
    {
        Directory.CreateDirectory(Output);
        string metrics = folder["metrics.jsonl"];
        FineTuningOptions options = TinyRun.Options(Output) with
        {
            MetricsPath = metrics,
            Callbacks = [new Begin(_ => throw new InvalidOperationException("not today"))],
        };
        Assert.Throws<InvalidOperationException>(() => TinyRun.Train(options));
        Assert.False(File.Exists(metrics));
        File.WriteAllText(metrics, "{\"step\":1}\n");
        Assert.Throws<InvalidOperationException>(() => TinyRun.Train(options));
        Assert.Equal("{\"step\":1}\n", File.ReadAllText(metrics));
        Assert.Empty(Directory.GetFileSystemEntries(Output));
    }

    [Fact]
    public void Train_ResumeThatIsRefused_KeepsTheLinesAfterTheCheckpoint()
    {
        TinyRun.Train(TinyRun.Options(Output) with { MaxSteps = 5 });
        IReadOnlyDictionary<string, string> former = Snapshot(Output);
        FineTuningOptions options = TinyRun.Options(Output) with { MaxSteps = 5, Resume = true };
        Assert.Throws<InvalidOperationException>(() =>
            TinyRun.Train(options with { Callbacks = [new Begin(_ => throw new InvalidOperationException("not today"))] })
        );
        Assert.Throws<CheckpointException>(() => TinyRun.Train(options with { Seed = 1 }));
        Assert.Equal(former, Snapshot(Output));
    }

    [Fact]
    public void Train_FolderWithASaveThatWasCutOff_IsRefusedUnlessOverwritten()
    {
        Directory.CreateDirectory(Path.Combine(Output, ".saved"));
        File.WriteAllText(Path.Combine(Output, ".saved", "config.json"), "{}");
        File.WriteAllText(Path.Combine(Output, ".saved", "files.list"), "[\"config.json\"]");
        FineTuningOptions options = TinyRun.Options(Output) with { MaxSteps = 1, SaveSteps = 0 };
        IReadOnlyDictionary<string, string> former = Snapshot(Output);
        Assert.Contains("cut off", Assert.Throws<CheckpointException>(() => TinyRun.Train(options)).Message);
        Assert.Equal(former, Snapshot(Output));
        TinyRun.Train(options with { OverwriteOutputDirectory = true });
        Assert.Empty(Directory.GetDirectories(Output));
    }

    /// <summary>The next run may ask for another adapter, or for none.</summary>
    [Fact]
    public void Train_AdapterRunThatIsRefused_LeavesTheModelWithoutIt()
    {
        using CausalLanguageModel model = TinyRun.Model();
        FineTuningOptions options = TinyRun.Options(Output) with { MaxSteps = 1, SaveSteps = 0 };
        Assert.ThrowsAny<Exception>(() => TinyRun.Train(model, options with { Lora = TinyRun.Lora, MetricsPath = folder.Path }));
        Assert.Null(model.Adapter);
        Assert.All(model.Parameters.Values, weight => Assert.True(weight.requires_grad));
        TinyRun.Train(model, options with { Lora = TinyRun.Lora with { Rank = 2 } });
        Assert.Equal(2, model.Adapter!.Options.Rank);

        // One that was there before stays.
        options = options with
        {
            OutputDirectory = folder["other"],
            Lora = model.Adapter.Options,
            MetricsPath = folder.Path,
        };
        Assert.ThrowsAny<Exception>(() => TinyRun.Train(model, options));
        Assert.NotNull(model.Adapter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("checkpoint-7")]
    public void Train_OverwriteOfTheAdaptersBase_IsRefused(string inside)
    {
        string source = Path.Combine(Output, inside);
        using (CausalLanguageModel fresh = TinyRun.Model())
        {
            ModelFolder.Save(source, fresh, writeOthers: TinyRun.Tokenizer.Save);
        }

        IReadOnlyDictionary<string, string> former = Snapshot(Output);
        using CausalLanguageModel model = ModelFolder.Load(source + Path.DirectorySeparatorChar, CPU);
        FineTuningOptions options = TinyRun.Options(Output) with { MaxSteps = 1, OverwriteOutputDirectory = true, Lora = TinyRun.Lora };
        Assert.Contains("base", Assert.Throws<CheckpointException>(() => TinyRun.Train(model, options)).Message);
        Assert.Equal(former, Snapshot(Output));
        TinyRun.Train(model, options with { Lora = null });
    }

    private static Dictionary<string, string> Snapshot(string directory) =>
        Directory
            .EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories)
            .ToDictionary(
                path => Path.GetRelativePath(directory, path),
                path => Directory.Exists(path) ? "" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))
            );

    /// <summary>A run's model and checkpoints, and what a killed one left.</summary>
    private Dictionary<string, string> FormerRun()
    {
        TinyRun.Train(TinyRun.Options(Output) with { MaxSteps = 4, SaveSteps = 2 });
        Directory.CreateDirectory(Path.Combine(Output, "checkpoint-9.tmp-0123"));
        Directory.CreateDirectory(Path.Combine(Output, ".saving.tmp-0123"));
        return Snapshot(Output);
    }

    private sealed class Begin(Action<TrainerContext> action) : ITrainerCallback
    {
        public void OnTrainBegin(TrainerContext context) => action(context);
    }

    private sealed class Broken : ISampler, ILearningRateSchedule
    {
        public string Identity => "broken";

        public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random) => [];

        public double GetFactor(long step, long warmupSteps, long maxSteps) => throw new InvalidOperationException("no schedule");
    }

    /// <summary>A host's model whose output projection does not fit its hidden states.</summary>
    private sealed class Lopsided(CausalLanguageModel model) : ICausalLanguageModel
    {
        public int VocabularySize => model.VocabularySize;

        public int HiddenSize => model.HiddenSize + 1;

        public Device Device => model.Device;

        public IReadOnlyDictionary<string, Tensor> Parameters => model.Parameters;

        public Tensor OutputWeight => model.OutputWeight;

        public Tensor Forward(ModelInput input) => model.Forward(input);

        public void Dispose() { }
    }
}
