using ReflectionCoder.Configuration;
using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.Losses;
using ReflectionCoder.Modeling;
using ReflectionCoder.Optimization;
using ReflectionCoder.Tests.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The estimate against models and optimizers that exist, and against numbers worked out by hand.</summary>
public sealed class MemoryPlanTests
{
    private static readonly MemoryWorkload Workload = MemoryWorkload.OfLength(1, 10);

    private static readonly ModelConfig Large = new()
    {
        VocabularySize = 32256,
        HiddenSize = 2048,
        IntermediateSize = 5504,
        HiddenLayers = 24,
        AttentionHeads = 16,
        KeyValueHeads = 16,
        HeadDimension = 128,
    };

    public static TheoryData<string> Families => [.. TinyModels.All.Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public void Estimate_WeightsAndState_AreThoseThatTrainingMakes(string family)
    {
        foreach (
            (ScalarType dtype, bool masters) in new[]
            {
                (ScalarType.Float32, true),
                (ScalarType.Float64, true),
                (ScalarType.BFloat16, true),
                (ScalarType.BFloat16, false),
            }
        )
        {
            using CausalLanguageModel model = TinyModels.Create(TinyModels.All[family], dtype);
            using AdamW optimizer = new(model.Parameters, new AdamWOptions { MasterWeights = masters });
            MemoryPlan plan = MemoryPlan.Estimate(model.Config, Workload, new MemoryPlanOptions { Dtype = dtype, MasterWeights = masters });
            Assert.Equal(model.ParameterCount, plan.Parameters);
            Assert.Equal(model.ParameterCount, plan.TrainableParameters);
            Assert.Equal(Bytes(model.Parameters.Values), Item(plan, "weights").Most);
            Assert.Equal(Bytes(model.Parameters.Values), Item(plan, "gradients").Most);
            Assert.Equal(Bytes(optimizer.GetState().Values), Most(plan, "optimizer moments") + Most(plan, "float32 masters"));
        }
    }

    [Fact]
    public void Estimate_Activations_AreWhatALayerKeeps()
    {
        // N = 20 rows; H = A = 24, I = 40, 4 heads of 6: two layers of 4 H + 4 A + 3 I and a log-sum a head; then 2 H, cosines and sines.
        const int Layer = (20 * 4 * ((4 * 24) + (4 * 24) + (3 * 40))) + (20 * 4 * 4);
        const int Shared = 20 * 4 * ((2 * 24) + 6);
        Assert.Equal((2 * Layer) + Shared, Most(Plan(new()), "activations"));

        // At the end of backward each layer has left its input and that one's gradient; the embedding's own gradient is H more.
        const int Embedded = 20 * 4 * 24;
        Assert.Equal((2 * 20 * 4 * 2 * 24) + Shared + Embedded, Most(Plan(new() { GradientCheckpointing = true }), "activations"));

        // An adapter on the queries alone: of the projections' inputs only the first normed state is kept, so what a layer leaves, 4 H + 4
        // I, is more.
        const int Adapted = (20 * 4 * ((3 * 24) + (3 * 24) + (2 * 40))) + (20 * 4 * 4);
        const int Left = 20 * 4 * ((4 * 24) + (4 * 40));
        Assert.True(Adapted < Left);
        Assert.Equal((2 * Left) + Shared + Embedded, Most(Plan(new() { LoraRank = 3, LoraTargetModules = ["q_proj"] }), "activations"));

        static MemoryPlan Plan(MemoryPlanOptions options) => MemoryPlan.Estimate(TinyModels.Llama, Workload, options);
    }

    [Fact]
    public void Estimate_Lora_TrainsRankTimesBothSidesAndTheMarkersRows()
    {
        MemoryPlan plan = MemoryPlan.Estimate(
            TinyModels.Llama,
            Workload,
            new MemoryPlanOptions
            {
                Dtype = ScalarType.BFloat16,
                LoraRank = 3,
                LoraTargetModules = ["k_proj", "down_proj"],
            }
        );
        const int Trained = (2 * 3 * (24 + 12 + 40 + 24)) + (2 * 7 * 24);
        Assert.Equal(Trained, plan.TrainableParameters);
        Assert.Equal((plan.Parameters * 2) + (Trained * 4), Most(plan, "weights"));
        Assert.Equal(Trained * 8, Most(plan, "optimizer moments"));
        Assert.DoesNotContain(plan.Items, item => item.Name == "float32 masters");
    }

    [Fact]
    public void Estimate_PartsAtThePeak_AddUp()
    {
        foreach (DeviceType device in new[] { DeviceType.CPU, DeviceType.CUDA })
        {
            MemoryPlan plan = MemoryPlan.Estimate(Large, MemoryWorkload.OfLength(2, 512), new MemoryPlanOptions { Device = device });
            Assert.Equal(plan.PeakBytes, plan.Items.Sum(item => item.AtPeak));
            Assert.All(plan.Items, item => Assert.InRange(item.AtPeak, 0, item.Most));
            Assert.Equal(plan.Items.Count + 2, plan.ToTable().Split('\n').Length);
            Assert.Contains(plan.PeakMoment, plan.ToString());
        }
    }

    [Fact]
    public void Estimate_EachEconomy_Saves()
    {
        MemoryPlanOptions full = new() { Device = DeviceType.CUDA, Dtype = ScalarType.BFloat16 };
        MemoryWorkload workload = MemoryWorkload.OfLength(2, 2048);
        long[] falling =
        [
            Peak(workload, full with { Dtype = ScalarType.Float32 }),
            Peak(workload, full),
            Peak(workload, full with { MasterWeights = false }),
            Peak(workload, full with { MasterWeights = false, GradientCheckpointing = true }),
            Peak(MemoryWorkload.OfLength(1, 2048), full with { MasterWeights = false, GradientCheckpointing = true }),
            Peak(MemoryWorkload.OfLength(1, 2048), full with { LoraRank = 16, GradientCheckpointing = true }),
        ];
        Assert.Equal(falling.OrderDescending(), falling);
        Assert.Equal(falling.Length, falling.Distinct().Count());
        Assert.True(Peak(workload, full with { LossChunkRows = null }) > Peak(workload, full));
        Assert.True(Peak(workload, full with { GradientAccumulationSteps = 2 }) > Peak(workload, full));

        static long Peak(MemoryWorkload workload, MemoryPlanOptions options) => MemoryPlan.Estimate(Large, workload, options).PeakBytes;
    }

    [Fact]
    public void EnsureFits_TooLittle_NamesWhatWouldFit()
    {
        MemoryPlan plan = MemoryPlan.Estimate(Large, MemoryWorkload.OfLength(4, 4096), new MemoryPlanOptions { Device = DeviceType.CUDA });
        plan.EnsureFits(plan.PeakBytes);
        MemoryPlanException refusal = Assert.Throws<MemoryPlanException>(() => plan.EnsureFits(24_000_000_000));
        Assert.Same(plan, refusal.Plan);
        Assert.Equal(24_000_000_000, refusal.AvailableBytes);
        Assert.Contains(ByteSize.Format(plan.PeakBytes), refusal.Message);
        Assert.Contains("24.0 GB are available", refusal.Message);
        Assert.All(refusal.Remedies, remedy => Assert.True(remedy.PeakBytes < plan.PeakBytes));
        Assert.Contains(refusal.Remedies, remedy => remedy.PeakBytes <= 24_000_000_000);
        foreach (MemoryRemedy remedy in refusal.Remedies)
        {
            Assert.Equal(
                remedy.PeakBytes <= 24_000_000_000,
                refusal.Message.Contains($"{remedy.Options}: {ByteSize.Format(remedy.PeakBytes)}", StringComparison.Ordinal)
            );
        }

        string names = string.Join(' ', refusal.Remedies.Select(remedy => remedy.Options));
        Assert.All(
            ["GradientCheckpointing", "PerDeviceTrainBatchSize 1", "MaxLength 2048", "MasterWeights off", "LoRA"],
            name => Assert.Contains(name, names)
        );
    }

    [Fact]
    public void EnsureFits_NothingFits_NamesTheNearest()
    {
        MemoryPlan plan = MemoryPlan.Estimate(Large, MemoryWorkload.OfLength(4, 4096), new MemoryPlanOptions());
        MemoryPlanException refusal = Assert.Throws<MemoryPlanException>(() => plan.EnsureFits(1_000_000));
        Assert.Contains("No option makes it fit; the nearest is LoRA", refusal.Message);
    }

    [Fact]
    public void Estimate_WrongOptions_AreAllNamed()
    {
        MemoryPlanOptions options = new()
        {
            Dtype = ScalarType.Int64,
            GradientAccumulationSteps = 0,
            LossChunkRows = 0,
            LoraRank = 0,
            LoraTargetModules = ["lm_head"],
            Threads = 0,
        };
        InvalidOptionsException exception = Assert.Throws<InvalidOptionsException>(() =>
            MemoryPlan.Estimate(TinyModels.Llama, Workload, options)
        );
        Assert.Equal(
            ["Dtype", "GradientAccumulationSteps", "LoraRank", "LoraTargetModules", "LossChunkRows", "Threads"],
            exception.Errors.Select(error => error.Name).Order()
        );
    }

    [Fact]
    public void From_TakesOverWhatTheRunIsTold()
    {
        FineTuningOptions training = TinyRun.Options("out") with
        {
            MasterWeights = false,
            GradientCheckpointing = true,
            Loss = DistillationLosses.Chunked(7),
        };
        MemoryPlanOptions options = MemoryPlanOptions.From(training, DeviceType.CUDA, ScalarType.BFloat16);
        Assert.False(options.MasterWeights);
        Assert.True(options.GradientCheckpointing);
        Assert.Equal((7, 2, 2), (options.LossChunkRows, options.GradientAccumulationSteps, options.Threads));
        Assert.Null(
            MemoryPlanOptions.From(training with { Loss = DistillationLosses.Whole }, DeviceType.CPU, ScalarType.Float32).LossChunkRows
        );
    }

    [Fact]
    public void Estimate_SamplesOrTheWorst_IsTheSameAsTheirMicroBatch()
    {
        FineTuningOptions training = TinyRun.Options("out");
        TrainingData data = TinyRun.Data();
        MemoryPlanOptions options = MemoryPlanOptions.From(training, DeviceType.CPU, ScalarType.Float32);
        Assert.Equal(
            MemoryPlan.Estimate(TinyRun.Config, MemoryWorkload.OfData(data, training), options).ToTable(),
            MemoryPlan.Estimate(TinyRun.Config, data, training, options).ToTable()
        );
        MemoryPlan worst = MemoryPlan.Estimate(TinyRun.Config, 2, 100, options);
        Assert.Equal(MemoryPlan.Estimate(TinyRun.Config, MemoryWorkload.OfLength(2, 100), options).ToTable(), worst.ToTable());
        Assert.Equal($"{worst}; 2.5 GB available", worst.ToString(2_500_000_000));
        Assert.True(MemoryPlan.AvailableBytes(DeviceType.CPU) > 0);
        Assert.Null(MemoryPlan.AvailableBytes(DeviceType.CUDA));
    }

    private static long Bytes(IEnumerable<Tensor> tensors) =>
        tensors.Sum(tensor =>
            tensor.numel()
            * (
                tensor.dtype == ScalarType.BFloat16 ? 2
                : tensor.dtype == ScalarType.Float64 ? 8
                : 4
            )
        );

    private static MemoryPlanItem Item(MemoryPlan plan, string name) => Assert.Single(plan.Items, item => item.Name == name);

    private static long Most(MemoryPlan plan, string name) => plan.Items.FirstOrDefault(item => item.Name == name)?.Most ?? 0;
}
