using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation.Answers;
using ReflectionCoder.Evaluation.Judging;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>Options of an <see cref="Evaluator"/>.</summary>
public sealed record EvaluatorOptions : IValidatedOptions
{
    /// <summary>
    /// The largest number of completions that are tested at once; at least 1. The sandbox may allow fewer. The default value is the number
    /// of processors.
    /// </summary>
    public int MaxConcurrency { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// How many answers a generator writes for each problem; at least 1, and at least k for pass@k. The default value is 1.
    /// </summary>
    public int SamplesPerTask { get; set; } = 1;

    /// <summary>
    /// Limits of the test of one completion. The default value is null: those of the benchmark's own harness
    /// (<see cref="IProblemTests.DefaultLimits"/>).
    /// </summary>
    public SandboxLimits? Limits { get; set; }

    /// <summary>
    /// Cuts the code out of answers. The default value is null: the problem's own does (<see cref="EvaluationProblem.Extractor"/>).
    /// </summary>
    public IAnswerExtractor? Extractor { get; set; }

    /// <summary>
    /// Names the generator, for example by its model and how it samples. Answers in a results file are used again only if they have the
    /// same name. The default value is empty; then don't use one results file for several generators.
    /// </summary>
    public string Generator { get; set; } = "";

    /// <summary>Finds the options that are out of range. The evaluator's constructor calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors()
    {
        OptionErrors errors = new OptionErrors()
            .Require(MaxConcurrency >= 1, MaxConcurrency, "at least 1")
            .Require(SamplesPerTask >= 1, SamplesPerTask, "at least 1")
            .Require(Generator is not null, Generator, "given");
        return (Limits is null ? errors : errors.RequireValid(Limits)).Found;
    }

    /// <summary>
    /// Makes limits for a processor time. The wall-clock time is three times as long and 5 s more, because the machine may be busy.
    /// </summary>
    /// <param name="cpuTime">Processor time of a run.</param>
    /// <returns>The limits; they allow 4 GiB of memory.</returns>
    public static SandboxLimits LimitsFor(TimeSpan cpuTime) =>
        new()
        {
            CpuTime = cpuTime,
            WallTime = (3 * cpuTime) + TimeSpan.FromSeconds(5),
            MemoryBytes = 4L << 30,
        };
}
