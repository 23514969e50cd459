using ReflectionCoder.FineTuning;
using ReflectionCoder.FineTuning.Memory;
using ReflectionCoder.Modeling;
using ReflectionCoder.Torch;
using static TorchSharp.torch;

namespace ReflectionCoder.Samples.FineTune;

/// <summary>Says how much memory a run will need, and refuses one that doesn't fit, before any weight is loaded.</summary>
internal static class MemoryReport
{
    /// <summary>Options by the names the command line has for them.</summary>
    private static readonly (string Option, string Argument)[] Arguments =
    [
        ("GradientCheckpointing", "--gradient-checkpointing"),
        ("PerDeviceTrainBatchSize", "--per-device-train-batch-size"),
        ("MaxLength", "--max-len"),
        ("Dtype", "--dtype"),
        ("MasterWeights off", "--no-master-weights"),
        ("LoRA of rank ", "--lora-rank "),
    ];

    /// <summary>Estimates, prints a line (the table where only the plan is asked for), and checks.</summary>
    /// <exception cref="MemoryPlanException">The run doesn't fit, and the check is on.</exception>
    public static void Show(FineTuneSettings settings, ModelConfig config, TrainingData data, Device device, ProgressLine line)
    {
        MemoryPlanOptions options = MemoryPlanOptions.From(settings.Training, device.type, TorchDevice.ParseDtype(settings.Dtype));
        MemoryPlan plan = MemoryPlan.Estimate(config, data, settings.Training, options);
        long? available = settings.MemoryLimit ?? MemoryPlan.AvailableBytes(device.type);
        if (settings.PlanOnly)
        {
            line.WriteLine(plan.ToTable());
        }

        line.WriteLine(
            available is { } bytes
                ? $"Memory: {plan.ToString(bytes)}."
                : $"Memory: {plan}; how much there is isn't known, give --memory-limit to have it checked."
        );
        if (available is { } most && settings.MemoryCheck)
        {
            plan.EnsureFits(most);
        }
    }

    /// <summary>The exception's message in the command line's words.</summary>
    public static string Describe(MemoryPlanException exception) =>
        Arguments.Aggregate(exception.Message, (text, pair) => text.Replace(pair.Option, pair.Argument, StringComparison.Ordinal))
        + " --no-memory-check starts it all the same.";
}
