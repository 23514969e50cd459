using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>How completions are tested.</summary>
public sealed record EvaluatorOptions : IValidatedOptions
{
    /// <summary>Most tests at once, at least 1; the sandbox may allow fewer. The default value is the number of processors.</summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>Samples a problem when a generator answers, at least 1. The default value is 1.</summary>
    public int SamplesPerTask { get; set; } = 1;

    /// <summary>
    /// Limits of a run. The default value allows 10 s of processor time, which counts the same on a loaded machine, and 35 s of wall-clock
    /// time.
    /// </summary>
    public SandboxLimits Limits { get; set; } = LimitsFor(TimeSpan.FromSeconds(10));

    /// <summary>
    /// What the generator is, in any words: its model and how it samples. Answers that a results file has from another are not used. The
    /// default value is empty: a results file then belongs to one generator.
    /// </summary>
    public string Generator { get; set; } = "";

    /// <summary>Looks for options out of range; whoever takes them does so first.</summary>
    /// <returns>All mistakes; empty where there is none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxConcurrency >= 1, MaxConcurrency, "at least 1")
            .Require(SamplesPerTask >= 1, SamplesPerTask, "at least 1")
            .RequireValid(Limits)
            .Require(Generator is not null, Generator, "given")
            .Found;

    /// <summary>Limits with a processor time, and wall-clock time for a loaded machine: three times that and 5 s.</summary>
    /// <param name="cpuTime">Processor time of a run.</param>
    /// <returns>The limits, with 4 GiB of memory.</returns>
    public static SandboxLimits LimitsFor(TimeSpan cpuTime) =>
        new()
        {
            CpuTime = cpuTime,
            WallTime = (3 * cpuTime) + TimeSpan.FromSeconds(5),
            MemoryBytes = 4L << 30,
            TotalMemoryBytes = 4L << 30,
        };
}
