using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Judging;

/// <summary>What the tests say of one solution.</summary>
public sealed record Verdict
{
    private const int LongestLine = 300;
    private const int LongestDetails = 8000;

    /// <summary>Whether the solution passed all tests.</summary>
    public bool Passed => Outcome == SandboxOutcome.Passed;

    /// <summary>
    /// How the test ended: <see cref="SandboxOutcome.Passed"/> only if all tests passed, <see cref="SandboxOutcome.Failed"/> for a wrong
    /// answer or an error.
    /// </summary>
    public required SandboxOutcome Outcome { get; init; }

    /// <summary>
    /// Whether the solution passed the benchmark's original tests, where they are a part of all tests, as in HumanEval+. The default value
    /// is null: there is no such part.
    /// </summary>
    public bool? BasePassed { get; init; }

    /// <summary>
    /// Whether the solution and its tests had to share one process, which protects the verdict less well. The default value is false.
    /// </summary>
    public bool OneProcess { get; init; }

    /// <summary>
    /// What went wrong, such as a traceback. A text of more than 8000 characters is shortened in the middle. The default value is empty.
    /// </summary>
    public string Details
    {
        get;
        init => field = value.Length <= LongestDetails ? value : $"{value[..(LongestDetails / 2)]}\n[…]\n{value[^(LongestDetails / 2)..]}";
    } = "";

    /// <summary>What the tests expected where they failed, as text. The default value is null: not known.</summary>
    public string? Expected { get; init; }

    /// <summary>What the solution gave there, as text. The default value is null: not known.</summary>
    public string? Actual { get; init; }

    /// <summary>Wall-clock time of the test. The default value is zero.</summary>
    public TimeSpan WallTime { get; init; }

    /// <summary>The last line of <see cref="Details"/>, such as <c>AssertionError</c>, at most 300 characters.</summary>
    public string Error
    {
        get
        {
            string trimmed = Details.TrimEnd();
            string line = trimmed[(trimmed.LastIndexOf('\n') + 1)..];
            return line.Length <= LongestLine ? line : line[..LongestLine];
        }
    }

    /// <summary>The verdict on a program that was run: it passed if it ended as it should, and the tests say so.</summary>
    /// <param name="run">The run.</param>
    /// <param name="passed">What the tests say.</param>
    internal static Verdict Of(SandboxResult run, bool passed) =>
        new()
        {
            Outcome = !passed && run.Outcome == SandboxOutcome.Passed ? SandboxOutcome.Failed : run.Outcome,
            Details = run.Message ?? run.StandardError,
            WallTime = run.WallTime,
        };
}
