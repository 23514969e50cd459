using static TorchSharp.torch;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>Looks for options with which a run needs less memory, the smallest changes first.</summary>
internal static class MemoryRemedies
{
    private const int Rank = 16;

    private const int ShortestLength = 256;

    /// <summary>Tries changes of options, single and combined, and returns those that need less memory than the plan.</summary>
    public static IReadOnlyList<MemoryRemedy> Find(MemoryPlan plan)
    {
        MemoryPlanOptions options = plan.Options;
        MemoryWorkload workload = plan.Workload;
        MemoryPlanOptions checkpointed = options with { GradientCheckpointing = true };
        int batch = workload.Samples.Count;
        int longest = workload.Samples[0].TeacherTokens;
        int half = Math.Max(longest / 2, Math.Min(longest, ShortestLength));
        MemoryWorkload one = workload.WithBatchSize(1);
        MemoryPlanOptions oneOptions = Accumulated(checkpointed, batch);
        MemoryPlanOptions mixed = checkpointed with { Dtype = ScalarType.BFloat16 };
        MemoryPlanOptions pure = mixed with { MasterWeights = false };
        MemoryPlanOptions adapters = checkpointed with { Dtype = ScalarType.BFloat16, LoraRank = Rank };
        (string Names, MemoryWorkload Workload, MemoryPlanOptions Options)[] tries =
        [
            ("GradientCheckpointing", workload, checkpointed),
            ($"PerDeviceTrainBatchSize {batch / 2}", workload.WithBatchSize(Math.Max(1, batch / 2)), Accumulated(options, batch)),
            ("PerDeviceTrainBatchSize 1", one, Accumulated(options, batch)),
            ("GradientCheckpointing, PerDeviceTrainBatchSize 1", one, oneOptions),
            ($"MaxLength {half}", workload.WithMaxLength(half), options),
            ($"GradientCheckpointing, PerDeviceTrainBatchSize 1, MaxLength {half}", one.WithMaxLength(half), oneOptions),
            ("GradientCheckpointing, Dtype bfloat16", workload, mixed),
            ("GradientCheckpointing, Dtype bfloat16, MasterWeights off", workload, pure),
            ("GradientCheckpointing, PerDeviceTrainBatchSize 1, Dtype bfloat16, MasterWeights off", one, Accumulated(pure, batch)),
            ($"LoRA of rank {Rank}, GradientCheckpointing, Dtype bfloat16", workload, adapters),
            ($"LoRA of rank {Rank}, GradientCheckpointing, PerDeviceTrainBatchSize 1, Dtype bfloat16", one, Accumulated(adapters, batch)),
        ];
        List<MemoryRemedy> remedies = [];
        HashSet<long> seen = [plan.PeakBytes];
        foreach ((string names, MemoryWorkload changed, MemoryPlanOptions with) in tries)
        {
            long bytes = MemoryPlan.Estimate(plan.Config, changed, with).PeakBytes;
            if (bytes < plan.PeakBytes && seen.Add(bytes))
            {
                remedies.Add(new MemoryRemedy(names, bytes));
            }
        }

        return remedies;
    }

    /// <summary>A smaller micro-batch means more of them, for the same global batch.</summary>
    private static MemoryPlanOptions Accumulated(MemoryPlanOptions options, int batch) =>
        batch == 1 ? options : options with { GradientAccumulationSteps = Math.Max(2, options.GradientAccumulationSteps) };
}
