using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>How completions are tested.</summary>
public sealed record EvaluatorOptions
{
    /// <summary>Most tests at once; the sandbox may allow fewer. The default value is the number of processors.</summary>
    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Samples a problem when a generator answers. The default value is 1.</summary>
    public int SamplesPerTask { get; init; } = 1;

    /// <summary>
    /// Limits of a run. The default value allows 10 s of processor time, which counts the same on a loaded machine, and 35 s of wall-clock time.
    /// </summary>
    public SandboxLimits Limits { get; init; } = LimitsFor(TimeSpan.FromSeconds(10));

    /// <summary>Limits with a processor time, and wall-clock time for a loaded machine: three times that and 5 s.</summary>
    /// <param name="cpuTime">Processor time of a run.</param>
    public static SandboxLimits LimitsFor(TimeSpan cpuTime) => new()
    {
        CpuTime = cpuTime,
        WallTime = (3 * cpuTime) + TimeSpan.FromSeconds(5),
        MemoryBytes = 4L << 30,
        TotalMemoryBytes = 4L << 30,
    };
}
