namespace ReflectionCoder.Sandbox;

/// <summary>How a run ended.</summary>
public enum SandboxOutcome
{
    /// <summary>Exit code 0.</summary>
    Passed,

    /// <summary>Another exit code, or a signal of the program's own making.</summary>
    Failed,

    /// <summary>Stopped at the wall-clock or processor time limit.</summary>
    TimedOut,

    /// <summary>Ran into the memory limit.</summary>
    OutOfMemory,

    /// <summary>Stopped for printing without end.</summary>
    OutputLimitExceeded,
}

/// <summary>What a run gave.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="ExitCode">The exit code; 128 + n for signal n.</param>
/// <param name="StandardOutput">What it printed, cut at <see cref="SandboxLimits.OutputBytes"/>.</param>
/// <param name="StandardError">Its error output (a traceback), cut likewise.</param>
/// <param name="OutputTruncated">Whether either was cut.</param>
/// <param name="WallTime">Wall-clock time from start to end.</param>
public sealed record SandboxResult(
    SandboxOutcome Outcome,
    int ExitCode,
    string StandardOutput,
    string StandardError,
    bool OutputTruncated,
    TimeSpan WallTime
);
