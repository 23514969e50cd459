using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation;

/// <summary>What testing one completion gave.</summary>
public sealed record EvaluationResult
{
    /// <summary>The problem.</summary>
    public required string TaskId { get; init; }

    /// <summary>Which of its samples, from 0.</summary>
    public required int Sample { get; init; }

    /// <summary>Whether all tests passed.</summary>
    public required bool Passed { get; init; }

    /// <summary>How the run ended; never <see cref="SandboxOutcome.Passed"/> for a completion that didn't.</summary>
    public required SandboxOutcome Outcome { get; init; }

    /// <summary>Last line of the error output, such as <c>AssertionError</c>; empty when there was none.</summary>
    public required string Error { get; init; }

    /// <summary>How long the run took, in seconds.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>The completion.</summary>
    public required string Completion { get; init; }

    /// <summary>Hash of all that decides the verdict: what was tested, the tests, what ran them, and the limits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Hash of <see cref="EvaluatorOptions.Generator"/> and of what it was asked; null for a completion that was given.</summary>
    public string? RequestFingerprint { get; init; }
}
