using System.Text.Json.Nodes;
using ReflectionCoder.Batching;
using ReflectionCoder.Checkpointing;
using ReflectionCoder.FineTuning;
using ReflectionCoder.Losses;
using ReflectionCoder.Masking;
using ReflectionCoder.Optimization;
using ReflectionCoder.Randomness;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>A host's parts are told apart by what they say of themselves: a resumed run has those of the run that stopped.</summary>
public sealed class IdentityTests
{
    public enum Part
    {
        MaskStrategy,
        MaskRateSchedule,
        Loss,
        LossNormalizer,
        Sampler,
        LearningRateSchedule,
    }

    public static TheoryData<Part> Parts { get; } = [.. Enum.GetValues<Part>()];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Resume_HostsPart_GoesOnWithAnEqualOneAlone(Part part)
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 4 };
        TinyRun.Train(With(options, part, new Own(1)));
        options = options with { ResumeFromCheckpoint = folder["checkpoint-3"] };
        CheckpointException refused = Assert.Throws<CheckpointException>(() => TinyRun.Train(With(options, part, new Own(2))));
        string difference = Assert.Single(refused.Differences);
        Assert.EndsWith("was own(1) and is now own(2)", difference);
        Assert.Contains(difference, refused.Message);
        Assert.Equal(folder["checkpoint-3"], refused.Directory);
        Assert.Equal(3, TinyRun.Train(With(options, part, new Own(1))).StartedFromStep);
    }

    [Fact]
    public void Identity_OurParts_HoldTheirSettings()
    {
        Assert.Equal(
            ["chunked(256)", "chunked(7)", "whole"],
            new[] { DistillationLosses.Chunked(), DistillationLosses.Chunked(7), DistillationLosses.Whole }.Select(loss => loss.Identity)
        );
        Assert.Equal(
            ["step", "micro-batch"],
            new[] { LossNormalizers.Step, LossNormalizers.MicroBatch }.Select(normalizer => normalizer.Identity)
        );
        Assert.Equal(
            ["length-grouped", "reference-length-grouped(4)"],
            new[] { Samplers.LengthGrouped, Samplers.ReferenceLengthGrouped((_, _) => [], 4) }.Select(sampler => sampler.Identity)
        );
        Assert.Equal(
            ["cosine", "linear", "constant"],
            new[] { LearningRateSchedules.Cosine, LearningRateSchedules.Linear, LearningRateSchedules.Constant }.Select(schedule =>
                schedule.Identity
            )
        );
        Assert.Equal(
            "adamw(beta1 0.9, beta2 0.95, epsilon 1E-08, weight decay 0.1, no master weights)",
            Optimizers.AdamW(beta2: 0.95, weightDecay: 0.1, masterWeights: false).Identity
        );
    }

    /// <summary>
    /// What an older version wrote down of the run's parts can't be compared, so the run is neither gone on with nor begun anew over it.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resume_CheckpointOfAnOlderFormat_IsRefused(bool newest)
    {
        using RunFolder folder = new();
        FineTuningOptions options = TinyRun.Options(folder.Path) with { MaxSteps = 4 };
        TinyRun.Train(options);
        string path = Path.Combine(folder["checkpoint-3"], TrainerState.FileName);
        JsonNode state = JsonNode.Parse(File.ReadAllText(path))!;
        state["format"] = 1;
        state["library_version"] = "0.0.9";
        File.WriteAllText(path, state.ToJsonString());
        CheckpointException exception = Assert.Throws<CheckpointException>(() =>
            TinyRun.Train(newest ? options with { Resume = true } : options with { ResumeFromCheckpoint = folder["checkpoint-3"] })
        );
        Assert.Contains(
            "has format 1; this version reads 2. Only the version that wrote it (0.0.9) can go on with its run.",
            exception.Message
        );
    }

    private static FineTuningOptions With(FineTuningOptions options, Part part, Own own) =>
        part switch
        {
            Part.MaskStrategy => options with { MaskStrategies = [own] },
            Part.MaskRateSchedule => options with { MaskRateSchedule = own },
            Part.Loss => options with { Loss = own },
            Part.LossNormalizer => options with { LossNormalizer = own },
            Part.Sampler => options with { Sampler = own },
            _ => options with { LearningRateSchedule = own },
        };

    /// <summary>Every part in one; the setting changes nothing but the identity.</summary>
    private sealed class Own(int setting)
        : IMaskStrategy,
            IMaskRateSchedule,
            IDistillationLoss,
            ILossNormalizer,
            ISampler,
            ILearningRateSchedule
    {
        private readonly IDistillationLoss loss = DistillationLosses.Chunked();

        public string Name => "own";

        public string Identity => $"own({setting})";

        public void Hide(ReflectionTokens reflection, double maskRate, NumpyRandomState random, Span<bool> visible) => visible[..1].Clear();

        public double GetRate(long globalStep, long maxSteps) => 0.5;

        public DistillationLoss Compute(DistillationInput input) => loss.Compute(input);

        public LossScales GetScales(SupervisionCounts wholeStep, SupervisionCounts microBatch, int microBatches) =>
            LossNormalizers.Step.GetScales(wholeStep, microBatch, microBatches);

        public IReadOnlyList<int[]> SampleEpoch(IReadOnlyList<SampleInfo> samples, int batchSize, NumpyRandomState random) =>
            Samplers.LengthGrouped.SampleEpoch(samples, batchSize, random);

        public double GetFactor(long globalStep, long warmupSteps, long maxSteps) => 1;
    }
}
