using ReflectionCoder.Construction.Mutations;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Construction;

/// <summary>How a <see cref="MutationAuthor"/> writes. Validated when the author is made.</summary>
public sealed record MutationAuthorOptions
{
    /// <summary>Seed of every choice. The default value is 3407.</summary>
    public long Seed { get; init; } = 3407;

    /// <summary>Most attempts of a sequence, the passing one included, from 1 to 3. The default value is 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>
    /// Share of sequences whose only attempt passes, from 0 to 1: they teach that not every run shows a mistake. The default value is 0.03.
    /// </summary>
    public double SingleAttemptShare { get; init; } = 0.03;

    /// <summary>
    /// Share of sequences that make two mistakes and so take three attempts, where the task allows, from 0 to 1. The default value is 0.2.
    /// </summary>
    public double ThreeAttemptShare { get; init; } = 0.2;

    /// <summary>Most broken programs tried for a sequence, at least 1. The default value is 40.</summary>
    public int MaxTrials { get; init; } = 40;

    /// <summary>Most bytes of an execution block, at least 1; mutants that print more are dropped. The default value is 700.</summary>
    public int MaxExecutionBytes { get; init; } = 700;

    /// <summary>
    /// Most tokens of a sequence with one token a byte and one a marker, at least 1; a longer one is not written.
    /// The default value is 3000.
    /// </summary>
    public int MaxSequenceTokens { get; init; } = 3000;

    /// <summary>How often each broken program is run, at least 1; one whose output differs is dropped. The default value is 2.</summary>
    public int Runs { get; init; } = 2;

    /// <summary>Limits of each run. The default value allows 5 s of wall-clock time and 2 s of processor time.</summary>
    public SandboxLimits Limits { get; init; } = new() { WallTime = TimeSpan.FromSeconds(5), CpuTime = TimeSpan.FromSeconds(2) };

    /// <summary>The ways to break a program. The default value is <see cref="MutationOperators.All"/>.</summary>
    public IReadOnlyList<IMutationOperator> Operators { get; init; } = MutationOperators.All;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAttempts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxAttempts, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTrials, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxExecutionBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSequenceTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Runs, 1);
        ThrowIfNoShare(SingleAttemptShare, nameof(SingleAttemptShare));
        ThrowIfNoShare(ThreeAttemptShare, nameof(ThreeAttemptShare));
        ArgumentNullException.ThrowIfNull(Limits);
        ArgumentNullException.ThrowIfNull(Operators);
    }

    private static void ThrowIfNoShare(double value, string name)
    {
        if (!(value is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "Expected a number from 0 to 1.");
        }
    }
}
