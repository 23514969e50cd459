using System.Globalization;
using ReflectionCoder.Configuration;
using ReflectionCoder.Files;
using ReflectionCoder.Modeling;
using TorchSharp;

namespace ReflectionCoder.FineTuning.Memory;

/// <summary>A part of a run's memory.</summary>
/// <param name="Name">What it is.</param>
/// <param name="AtPeak">Bytes of it when memory is at its largest.</param>
/// <param name="Most">Most bytes of it at any time.</param>
internal sealed record MemoryPlanItem(string Name, long AtPeak, long Most);

/// <summary>
/// An estimate of the memory that a run will need. It is computed before anything is loaded, from the model's configuration, the options
/// and the longest micro-batch. docs/memory.md has the formulas and how exact they are. Immutable and thread-safe.
/// </summary>
public sealed class MemoryPlan
{
    /// <summary>.NET, libtorch, the tokenizer, code compiled at run time: measured, see docs/memory.md.</summary>
    private const long CpuProcessBytes = 195_000_000;

    /// <summary>CUDA's context, kernels and library workspaces on the device; not measured.</summary>
    private const long CudaProcessBytes = 700_000_000;

    /// <summary>
    /// Buffers that MKL keeps for matrix products, modelled as float32 panels of this many rows and at most this many columns. Fitted to
    /// measurements, see docs/memory.md.
    /// </summary>
    private const long PanelRows = 384,
        PanelColumns = 16384;

    /// <summary>Bytes of a data set's token: its id, two labels, and the collector's room.</summary>
    private const long TokenBytes = 16;

    private MemoryPlan(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options) =>
        (Config, Workload, Options) = (config, workload, options);

    /// <summary>The parts. Those at the peak add up to <see cref="PeakBytes"/>.</summary>
    internal IReadOnlyList<MemoryPlanItem> Items { get; private init; } = [];

    /// <summary>Largest amount of memory at any time, in bytes: of the whole process on the CPU, of the device on CUDA.</summary>
    public long PeakBytes { get; private init; }

    /// <summary>The part of an optimizer step at which memory is largest, such as <c>backward of the last layer</c>.</summary>
    public string PeakMoment { get; private init; } = "";

    /// <summary>How many parameters the model has; tied weights are counted once.</summary>
    public long Parameters { get; private init; }

    /// <summary>How many parameters are trained.</summary>
    public long TrainableParameters { get; private init; }

    /// <summary>The model.</summary>
    internal ModelConfig Config { get; }

    /// <summary>The longest micro-batch.</summary>
    internal MemoryWorkload Workload { get; }

    /// <summary>The options.</summary>
    internal MemoryPlanOptions Options { get; }

    /// <summary>Estimates a run's memory from its samples. Loads nothing.</summary>
    /// <param name="config">The model's configuration, with the vocabulary it will have.</param>
    /// <param name="data">
    /// The samples. The longest of one type make up the micro-batch; from their students so much is hidden as at the smallest mask rate of
    /// the run. A sample that can't be masked counts with its full length; the fine-tuner will refuse it by name.
    /// </param>
    /// <param name="training">The run's options; batch size, masks and mask rate are used.</param>
    /// <param name="options">What else the memory depends on (<see cref="MemoryPlanOptions.From"/>); copied.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="DataFormatException">The configuration is inconsistent.</exception>
    /// <exception cref="TrainingDataException">There are no samples.</exception>
    public static MemoryPlan Estimate(ModelConfig config, TrainingData data, FineTuningOptions training, MemoryPlanOptions options) =>
        Estimate(config, MemoryWorkload.OfData(data, training), options);

    /// <summary>
    /// Estimates the largest memory that any samples can need: all have the maximum length, nothing is hidden, and every token has a label.
    /// Loads nothing.
    /// </summary>
    /// <param name="config">The model's configuration, with the vocabulary it will have.</param>
    /// <param name="batchSize">Samples of a micro-batch, at least 1.</param>
    /// <param name="maxLength">Largest number of tokens of a sample, at least 2.</param>
    /// <param name="options">What else the memory depends on; copied.</param>
    /// <param name="distillation">Whether the run distils, so that there are student rows. The default value is true.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="InvalidOptionsException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Batch size or maximum length is too small.</exception>
    /// <exception cref="DataFormatException">The configuration is inconsistent.</exception>
    public static MemoryPlan Estimate(
        ModelConfig config,
        int batchSize,
        int maxLength,
        MemoryPlanOptions options,
        bool distillation = true
    ) => Estimate(config, MemoryWorkload.OfLength(batchSize, maxLength, distillation), options);

    /// <summary>
    /// Tells how much memory this process can have, in bytes. On the CPU this is what the system reports as available, or what is left of a
    /// control group's limit if that is less, plus what the process uses already. On CUDA it is unknown, because torch's public API doesn't
    /// tell.
    /// </summary>
    /// <param name="device">CPU or CUDA.</param>
    /// <returns>Bytes, or null if unknown.</returns>
    public static long? AvailableBytes(DeviceType device) => DeviceMemory.Available(device);

    /// <summary>Estimates a run's memory.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <param name="workload">The longest micro-batch.</param>
    /// <param name="options">Device, types, and what is kept; copied.</param>
    /// <returns>The plan.</returns>
    internal static MemoryPlan Estimate(ModelConfig config, MemoryWorkload workload, MemoryPlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        config.Validate();
        options = options with { LoraTargetModules = [.. options.LoraTargetModules] };
        ParameterMemory parameters = new(config, options);
        IReadOnlyList<MemoryMoment> moments = MemoryMoments.Of(config, parameters, workload, options);
        MemoryMoment peak = moments.MaxBy(moment => moment.Total)!;
        bool isCpu = options.Device == DeviceType.CPU;
        long samples = isCpu ? workload.DatasetTokens * TokenBytes : 0;
        long process = isCpu ? CpuProcessBytes : CudaProcessBytes;
        List<MemoryPlanItem> items =
        [
            Constant("weights", parameters.Weights),
            Varying("gradients", moment => moment.Gradients),
            Constant(options.Optimizer is null ? "optimizer moments" : "optimizer state", parameters.Moments),
            Constant("float32 masters", parameters.Masters),
            Varying("activations", moment => moment.Activations),
            Varying("workspace of a layer or the update", moment => moment.Workspace),
            Varying("loss", moment => moment.Loss),
            Constant("freed, kept by the allocator", isCpu ? HeapHoles.Of(config, workload, options) : 0),
            Constant("matrix products", isCpu ? Panels(config, workload) : 0),
            Constant("samples", samples),
            Constant(isCpu ? "process" : "CUDA context (not measured)", process),
        ];
        return new MemoryPlan(config, workload, options)
        {
            Items = [.. items.Where(item => item.Most > 0)],
            PeakBytes = items.Sum(item => item.AtPeak),
            PeakMoment = peak.Name,
            Parameters = parameters.Count,
            TrainableParameters = parameters.TrainedCount,
        };

        MemoryPlanItem Constant(string name, long bytes) => new(name, bytes, bytes);
        MemoryPlanItem Varying(string name, Func<MemoryMoment, long> bytes) => new(name, bytes(peak), moments.Max(bytes));
    }

    private static long Panels(ModelConfig config, MemoryWorkload workload) =>
        PanelRows
        * sizeof(float)
        * Math.Min(PanelColumns, Math.Max(workload.Tokens, Math.Max(config.VocabularySize, config.IntermediateSize)));

    /// <summary>Throws if the run needs more memory than there is.</summary>
    /// <param name="availableBytes">Available memory, in bytes (<see cref="AvailableBytes"/>).</param>
    /// <exception cref="MemoryPlanException">The estimate is larger; the exception names the options that would make it fit.</exception>
    public void EnsureFits(long availableBytes)
    {
        if (PeakBytes > availableBytes)
        {
            throw new MemoryPlanException(this, availableBytes, MemoryRemedies.Find(this));
        }
    }

    /// <summary>Writes the plan in one line.</summary>
    /// <returns>A text such as <c>about 1.0 GB, at backward of the last layer</c>, followed by parameters and micro-batch.</returns>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"about {ByteSize.Format(PeakBytes)}, at {PeakMoment} ({Parameters:N0} parameters, {TrainableParameters:N0} trained; "
                + $"micro-batch of {Workload.Samples.Count}, {Workload.Tokens:N0} packed tokens)"
        );

    /// <summary>Writes the plan and the available memory in one line.</summary>
    /// <param name="availableBytes">Available memory, in bytes.</param>
    /// <returns>The text of <see cref="ToString()"/>, and <c>16.3 GB available</c> or the like.</returns>
    public string ToString(long availableBytes) => $"{this}; {ByteSize.Format(availableBytes)} available";

    /// <summary>Writes the plan as a table for people.</summary>
    /// <returns>Lines, without one break at the end: a header, one line for each part, and the sum.</returns>
    public string ToTable()
    {
        IEnumerable<string> lines = Items
            .Select(item => Line(item.Name, ByteSize.Format(item.AtPeak), ByteSize.Format(item.Most)))
            .Prepend(Line("memory", "at the peak", "at most"))
            .Append(Line("together, at " + PeakMoment, ByteSize.Format(PeakBytes), ""));
        return string.Join('\n', lines);

        static string Line(string name, string peak, string most) => $"{name, -48}{peak, 12}{most, 12}".TrimEnd();
    }
}
