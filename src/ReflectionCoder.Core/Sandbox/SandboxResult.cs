namespace ReflectionCoder.Sandbox;

/// <summary>How a run ended.</summary>
public enum SandboxOutcome
{
    /// <summary>The program ended with exit code 0.</summary>
    Passed,

    /// <summary>The program ended with another exit code, or by a signal that it caused itself.</summary>
    Failed,

    /// <summary>The program reached the limit of wall-clock time or of processor time, and was stopped.</summary>
    TimedOut,

    /// <summary>The program reached a memory limit.</summary>
    OutOfMemory,

    /// <summary>The program printed far more than <see cref="SandboxLimits.OutputBytes"/>, and was stopped.</summary>
    OutputLimitExceeded,
}

/// <summary>The result of one run.</summary>
/// <param name="Outcome">How the program ended.</param>
/// <param name="ExitCode">The exit code; 128 + n if signal n ended the program.</param>
/// <param name="StandardOutput">What it printed, truncated at <see cref="SandboxLimits.OutputBytes"/>.</param>
/// <param name="StandardError">What it printed to standard error, such as a traceback; truncated in the same way.</param>
/// <param name="OutputTruncated">Whether standard output or standard error was truncated.</param>
/// <param name="WallTime">Wall-clock time from start to end.</param>
public sealed record SandboxResult(
    SandboxOutcome Outcome,
    int ExitCode,
    string StandardOutput,
    string StandardError,
    bool OutputTruncated,
    TimeSpan WallTime
);
