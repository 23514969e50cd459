using ReflectionCoder.Configuration;
using ReflectionCoder.Evaluation.Statistics;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>What an <see cref="EvaluationReport"/> says besides its results, and how it counts them. Immutable.</summary>
public sealed record EvaluationReportOptions : IValidatedOptions
{
    /// <summary>The benchmark's name, such as <c>humaneval-plus</c>. The default value is empty: not known.</summary>
    public string Benchmark { get; init; } = "";

    /// <summary>What was evaluated, such as a model's name. The default value is empty: not known.</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// The k for which pass@k is estimated; each at least 1, and at most the number of completions of each attempted problem. pass@1 is
    /// always estimated. The default value is 1 alone.
    /// </summary>
    public IReadOnlyList<int> K { get; init; } = [1];

    /// <summary>Level of the confidence intervals, from 0.5 to 0.9999. The default value is 0.95.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>
    /// The limits of each test (<see cref="EvaluatorOptions.Limits"/>). The default value is null: the problems' own.
    /// </summary>
    public SandboxLimits? Limits { get; init; }

    /// <summary>
    /// Name of the extractor that cut the code out of answers. The default value is null: the problems' own if the evaluator had answers
    /// generated, and none if completions were given.
    /// </summary>
    public string? Extractor { get; init; }

    /// <summary>The lines of the completions file that couldn't be read. The default value is empty.</summary>
    public IReadOnlyList<MalformedLine> Malformed { get; init; } = [];

    /// <summary>Finds the options that are out of range. <see cref="EvaluationReport.Create"/> calls this first.</summary>
    /// <returns>All mistakes; empty if there are none.</returns>
    public IReadOnlyList<OptionError> FindErrors()
    {
        OptionErrors errors = new OptionErrors()
            .Require(Benchmark is not null, Benchmark, "given")
            .Require(Name is not null, Name, "given")
            .Require(K is not null && K.All(k => k >= 1), K, "a list of numbers of at least 1")
            .Require(NormalDistribution.IsLevel(Level), Level, "from 0.5 to 0.9999")
            .Require(Malformed is not null, Malformed, "given");
        return (Limits is null ? errors : errors.RequireValid(Limits)).Found;
    }
}
