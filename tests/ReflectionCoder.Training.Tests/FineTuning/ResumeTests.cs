using System.Text.Json;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Masking;
using ReflectionCoder.Modeling;
using ReflectionCoder.Randomness;
using ReflectionCoder.Safetensors;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The run that nothing interrupted.</summary>
public sealed class UninterruptedRun : IDisposable
{
    private readonly RunFolder folder = new();

    public UninterruptedRun()
    {
        TinyRun.Train(TinyRun.Options(folder.Path));
        Weights = TinyRun.Weights(folder.Path);
        Metrics = TimelessMetrics(folder["metrics.jsonl"]);
        LastCheckpoint = Checkpoint(folder["checkpoint-12"]);
    }

    public byte[] Weights { get; }

    public IReadOnlyList<string> Metrics { get; }

    /// <summary>Model, optimizer and generators of the last checkpoint.</summary>
    public IReadOnlyList<string> LastCheckpoint { get; }

    public void Dispose() => folder.Dispose();

    /// <summary>The metrics' lines without what a clock or the process decides.</summary>
    public static IReadOnlyList<string> TimelessMetrics(string path) =>
        [
            .. File.ReadLines(path)
                .Select(line =>
                {
                    using JsonDocument json = JsonDocument.Parse(line);
                    return string.Join(
                        ' ',
                        json.RootElement.EnumerateObject()
                            .Where(field =>
                                field.Name is not ("tokens_per_second" or "elapsed_seconds" or "remaining_seconds" or "peak_memory_bytes")
                            )
                            .Select(field => $"{field.Name}={field.Value.GetRawText()}")
                    );
                }),
        ];

    public static IReadOnlyList<string> Checkpoint(string directory)
    {
        TrainerState state = TrainingCheckpoint.Open(directory).State;
        return
        [
            Convert.ToHexString(
                System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(directory, "model.safetensors")))
            ),
            Convert.ToHexString(
                System.Security.Cryptography.SHA256.HashData(
                    File.ReadAllBytes(Path.Combine(directory, TrainingCheckpoint.OptimizerFileName))
                )
            ),
            string.Join(' ', state.MaskState),
            string.Join(' ', state.SamplerState),
            $"{state.Step} {state.Epoch} {state.StepInEpoch} {state.OptimizerStep}",
        ];
    }
}

[Trait("Category", "Invariant")]
public sealed class ResumeTests(UninterruptedRun uninterrupted) : IClassFixture<UninterruptedRun>
{
    [Theory]
    [InlineData(KillPoint.BeforeFirstCheckpoint, 0)]
    [InlineData(KillPoint.BetweenCheckpoints, 3)]
    [InlineData(KillPoint.InsideCheckpointWrite, 3)]
    [InlineData(KillPoint.InSecondEpoch, 9)]
    [InlineData(KillPoint.AfterLastStep, 12)]
    [InlineData(KillPoint.InsideFinalSave, 12)]
    public void Resume_AfterSigkill_EndsWithTheSameBytes(KillPoint point, long resumedFrom)
    {
        using RunFolder folder = new();
        Assert.Equal(137, KilledRun.Start(folder.Path, point));
        Assert.Equal(
            point is KillPoint.InsideCheckpointWrite or KillPoint.InsideFinalSave,
            Directory.GetDirectories(folder.Path, "*.tmp-*").Length > 0
        );
        Assert.False(File.Exists(folder["model.safetensors"]));

        // Other weights than the killed run started with: all of them must come from the checkpoint.
        using CausalLanguageModel model = TinyRun.Model(seed: resumedFrom == 0 ? 5 : 6);
        FineTuningResult result = TinyRun.Train(model, TinyRun.Options(folder.Path) with { Resume = true });

        Assert.Equal(resumedFrom, result.StartedFromStep);
        Assert.Equal(uninterrupted.Weights, TinyRun.Weights(folder.Path));
        Assert.Equal(uninterrupted.Metrics, UninterruptedRun.TimelessMetrics(folder["metrics.jsonl"]));
        Assert.Equal(uninterrupted.LastCheckpoint, UninterruptedRun.Checkpoint(folder["checkpoint-12"]));
        Assert.Empty(Directory.GetDirectories(folder.Path, "*.tmp-*"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(16)]
    public void Resume_AfterCancellationBetweenMicroBatches_EndsWithTheSameBytes(int microBatch)
    {
        using RunFolder folder = new();
        using CancellationTokenSource stop = new();
        int seen = 0;
        WatchedLoss loss = new(_ =>
        {
            if (seen++ == microBatch)
            {
                stop.Cancel();
            }
        });
        FineTuningOptions options = TinyRun.Options(folder.Path) with { Loss = loss };
        FineTuningCanceledException exception;
        using (CausalLanguageModel model = TinyRun.Model())
        {
            exception = Assert.Throws<FineTuningCanceledException>(() => TinyRun.Train(model, options, stop: stop.Token));
            Assert.All(model.Parameters.Values, parameter => Assert.Null(parameter.grad));
        }

        Assert.Equal(folder[$"checkpoint-{exception.Step}"], exception.Checkpoint);
        TinyRun.Train(options with { Resume = true });
        Assert.Equal(uninterrupted.Weights, TinyRun.Weights(folder.Path));
        Assert.Equal(uninterrupted.Metrics, UninterruptedRun.TimelessMetrics(folder["metrics.jsonl"]));
    }

    [Fact]
    public void Resume_NamedCheckpoint_GoesOnFromThere()
    {
        using RunFolder folder = new();
        using RunFolder other = new();
        TinyRun.Train(TinyRun.Options(folder.Path));
        FineTuningResult result = TinyRun.Train(TinyRun.Options(other.Path) with { ResumeFromCheckpoint = folder["checkpoint-6"] });
        Assert.Equal(6, result.StartedFromStep);
        Assert.Equal(uninterrupted.Weights, TinyRun.Weights(other.Path));
    }

    [Fact]
    public void Resume_BFloat16_KeepsTheMasters()
    {
        using RunFolder folder = new();
        using RunFolder other = new();
        foreach ((string output, string? checkpoint) in new[] { (folder.Path, null), (other.Path, folder["checkpoint-6"]) })
        {
            using CausalLanguageModel model = TinyRun.Model(ScalarType.BFloat16);
            TinyRun.Train(model, TinyRun.Options(output) with { MaxSteps = 9, ResumeFromCheckpoint = checkpoint });
        }

        Assert.Equal(TinyRun.Weights(folder.Path), TinyRun.Weights(other.Path));
        using SafetensorsReader optimizer = SafetensorsReader.Open(
            Path.Combine(folder["checkpoint-9"], TrainingCheckpoint.OptimizerFileName)
        );
        Assert.Equal(ScalarType.Float32, optimizer.Entries["master.lm_head.weight"].Dtype);
    }

    [Fact]
    public void Resume_BrokenNewestCheckpoint_GoesOnFromTheOneBefore()
    {
        using RunFolder folder = new();
        TinyRun.Train(TinyRun.Options(folder.Path));
        using (FileStream optimizer = File.OpenWrite(Path.Combine(folder["checkpoint-12"], TrainingCheckpoint.OptimizerFileName)))
        {
            optimizer.SetLength(100);
        }

        Assert.Contains("not whole", Assert.Throws<CheckpointException>(() => TrainingCheckpoint.Open(folder["checkpoint-12"])).Message);
        FineTuningResult result = TinyRun.Train(TinyRun.Options(folder.Path) with { Resume = true });
        Assert.Equal(9, result.StartedFromStep);
        Assert.Equal(uninterrupted.Weights, TinyRun.Weights(folder.Path));
        Assert.Equal(12, TrainingCheckpoint.Open(folder["checkpoint-12"]).State.Step);
    }

    [Fact]
    public void Resume_OtherOptionsOrData_NamesWhatDiffers()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 4 };
        TinyRun.Train(options);
        FineTuningOptions resumed = options with { Resume = true };
        CheckpointException exception = Assert.Throws<CheckpointException>(() =>
            TinyRun.Train(resumed with { Seed = 1, LearningRate = 1e-4 })
        );
        Assert.Equal(["learning_rate was 0.003 and is now 0.0001", "seed was 3407 and is now 1"], exception.Differences);
        exception = Assert.Throws<CheckpointException>(() => TinyRun.Train(resumed with { MaxSteps = 5 }));
        Assert.Equal(["max_steps was 4 and is now 5"], exception.Differences);
        exception = Assert.Throws<CheckpointException>(() => TinyRun.Train(resumed, TinyRun.Data(17, 6)));
        Assert.Contains("samples", Assert.Single(exception.Differences));
        exception = Assert.Throws<CheckpointException>(() => TinyRun.Train(resumed with { MaskStrategies = MaskStrategies.Parse("all") }));
        Assert.StartsWith("mask_strategies was", Assert.Single(exception.Differences));

        // Where things go and how a step is split may change.
        TinyRun.Train(resumed with { PerDeviceTrainBatchSize = 4, GradientAccumulationSteps = 1, SaveSteps = 2, LoggingSteps = 1 });
    }

    [Fact]
    public void Resume_ModelOfAnotherShape_IsRefused()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 4 };
        TinyRun.Train(options);
        using CausalLanguageModel wider = CausalLanguageModel.Create(
            TinyRun.Config with
            {
                IntermediateSize = 64,
            },
            CPU,
            ScalarType.Float32,
            1
        );
        Assert.Contains("mlp", Assert.Throws<CheckpointException>(() => TinyRun.Train(wider, options with { Resume = true })).Message);
    }

    /// <summary>
    /// A sampler with a state of its own is in the state of the run that was never stopped, from wherever the run goes on.
    /// </summary>
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(15)]
    public void Resume_SamplerWithAState_IsAskedOnceAnEpochAndEndsWithTheSameBytes(long step)
    {
        using RunFolder folder = new();
        using RunFolder other = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { NumTrainEpochs = 3, SaveSteps = 1 };
        Rotating whole = new();
        Assert.Equal(3 * TinyRun.StepsInEpoch, TinyRun.Train(options with { Sampler = whole }).Steps);
        Assert.Equal(3, whole.Draws.Count);

        Rotating resumed = new();
        string checkpoint = folder[$"checkpoint-{step}"];
        options = TinyRun.Options(other.Path) with { NumTrainEpochs = 3, SaveSteps = 1 };
        TinyRun.Train(options with { Sampler = resumed, ResumeFromCheckpoint = checkpoint });
        Assert.Equal(whole.Draws, resumed.Draws);
        Assert.Equal(TinyRun.Weights(folder.Path), TinyRun.Weights(other.Path));
        Assert.Equal(UninterruptedRun.Checkpoint(folder["checkpoint-21"]), UninterruptedRun.Checkpoint(other["checkpoint-21"]));
    }

    [Fact]
    public void Resume_SamplerThatDrawsOtherwise_IsRefused()
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path);
        TinyRun.Train(options with { Sampler = new Rotating() });
        options = options with
        {
            Sampler = new Rotating { DrawsMore = true },
            ResumeFromCheckpoint = folder["checkpoint-9"],
        };
        CheckpointException exception = Assert.Throws<CheckpointException>(() => TinyRun.Train(options));
        Assert.Contains("Rotating does not come to step 2 of epoch 1", Assert.Single(exception.Differences));
    }

    [Theory]
    [InlineData("epoch", "2000000000")]
    [InlineData("epoch", "-1")]
    [InlineData("step_in_epoch", "8")]
    [InlineData("step_in_epoch", "-1")]
    public void Resume_DamagedPosition_IsRefused(string field, string value)
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 3 };
        TinyRun.Train(options);
        string path = Path.Combine(folder["checkpoint-3"], TrainerState.FileName);
        System.Text.Json.Nodes.JsonNode state = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!;
        state[field] = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        File.WriteAllText(path, state.ToJsonString());
        Assert.Throws<CheckpointException>(() => TinyRun.Train(options with { Resume = true }));
    }

    [Fact]
    public void Resume_NoCheckpoint_StartsFromTheBeginning()
    {
        using RunFolder folder = new();
        Assert.Equal(0, TinyRun.Train(TinyRun.Options(folder.Path) with { Resume = true }).StartedFromStep);
        Assert.Equal(uninterrupted.Weights, TinyRun.Weights(folder.Path));
    }

    /// <summary>Turns each epoch's order further than the one before: a state beside the generator's.</summary>
    private sealed class Rotating : ISampler
    {
        private readonly ISampler inner = Samplers.LengthGrouped;

        /// <summary>The generator and what was given, draw by draw.</summary>
        public List<string> Draws { get; } = [];

        public bool DrawsMore { get; init; }

        public string Identity => "Rotating";

        public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random)
        {
            string state = string.Join(' ', random.GetState());
            IReadOnlyList<int[]> steps = inner.SampleEpoch(samples, batchSize, random);
            if (DrawsMore)
            {
                random.Permutation(2);
            }

            int turn = Draws.Count % steps.Count;
            int[][] turned = [.. steps.Skip(turn), .. steps.Take(turn)];
            Draws.Add($"{state}: {string.Join(" | ", turned.Select(step => string.Join(' ', step)))}");
            return turned;
        }
    }
}
