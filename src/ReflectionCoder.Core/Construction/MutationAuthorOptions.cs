using ReflectionCoder.Configuration;
using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction;

/// <summary>How a <see cref="MutationAuthor"/> writes. Validated when the author is made.</summary>
public sealed record MutationAuthorOptions : IValidatedOptions
{
    /// <summary>Seed of every choice. The default value is 3407.</summary>
    public long Seed { get; set; } = 3407;

    /// <summary>Most attempts of a sequence, the passing one included, from 1 to 3. The default value is 3.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>
    /// Share of sequences whose only attempt passes, from 0 to 1: they teach that not every run shows a mistake. The default value is 0.03.
    /// </summary>
    public double SingleAttemptShare { get; set; } = 0.03;

    /// <summary>
    /// Share of sequences that make two mistakes and so take three attempts, where the task allows, from 0 to 1. The default value is 0.2.
    /// </summary>
    public double ThreeAttemptShare { get; set; } = 0.2;

    /// <summary>Most broken programs tried for a sequence, at least 1. The default value is 40.</summary>
    public int MaxTrials { get; set; } = 40;

    /// <summary>Most bytes of an execution block, at least 1; mutants that print more are dropped. The default value is 700.</summary>
    public int MaxExecutionBytes { get; set; } = 700;

    /// <summary>
    /// Most tokens of a sequence with one token a byte and one a marker, at least 1; a longer one is not written.
    /// The default value is 3000.
    /// </summary>
    public int MaxSequenceTokens { get; set; } = 3000;

    /// <summary>How often each broken program is run, at least 1; one whose output differs is dropped. The default value is 2.</summary>
    public int Runs { get; set; } = 2;

    /// <summary>Limits of each run. The default value allows 5 s of wall-clock time and 2 s of processor time.</summary>
    public SandboxLimits Limits { get; set; } = new() { WallTime = TimeSpan.FromSeconds(5), CpuTime = TimeSpan.FromSeconds(2) };

    /// <summary>The ways to break a program. The default value is <see cref="MutationOperators.All"/>.</summary>
    internal IReadOnlyList<IMutationOperator> Operators { get; set; } = MutationOperators.All;

    /// <summary>Looks for options out of range; whoever takes them does so first.</summary>
    /// <returns>All mistakes; empty where there is none.</returns>
    public IReadOnlyList<OptionError> FindErrors() =>
        new OptionErrors()
            .Require(MaxAttempts is >= 1 and <= 3, MaxAttempts, "from 1 to 3")
            .Require(SingleAttemptShare is >= 0 and <= 1, SingleAttemptShare, "from 0 to 1")
            .Require(ThreeAttemptShare is >= 0 and <= 1, ThreeAttemptShare, "from 0 to 1")
            .Require(MaxTrials >= 1, MaxTrials, "at least 1")
            .Require(MaxExecutionBytes >= 1, MaxExecutionBytes, "at least 1")
            .Require(MaxSequenceTokens >= 1, MaxSequenceTokens, "at least 1")
            .Require(Runs >= 1, Runs, "at least 1")
            .RequireValid(Limits)
            .Require(Operators is not null && Operators.All(one => one is not null), Operators, "a list without null")
            .Found;
}
