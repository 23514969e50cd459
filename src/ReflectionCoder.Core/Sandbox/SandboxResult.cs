namespace ReflectionCoder.Sandbox;

/// <summary>The result of one run.</summary>
/// <param name="Outcome">How the program ended.</param>
/// <param name="ExitCode">
/// The exit code; 128 + n if signal n ended the program, and so 137 if the sandbox stopped it. -1 if nothing ran.
/// </param>
/// <param name="StandardOutput">
/// What it printed. If that was more than <see cref="SandboxLimits.OutputBytes"/>, the beginning and the end are kept, and a line between
/// them says how much is missing.
/// </param>
/// <param name="StandardError">What it printed to standard error, such as a traceback; shortened in the same way.</param>
/// <param name="OutputTruncated">Whether standard output or standard error was shortened.</param>
/// <param name="WallTime">Wall-clock time from start to end.</param>
public sealed record SandboxResult(
    SandboxOutcome Outcome,
    int ExitCode,
    string StandardOutput,
    string StandardError,
    bool OutputTruncated,
    TimeSpan WallTime
)
{
    /// <summary>Processor time of the program and the processes that it waited for; zero if the sandbox can't tell.</summary>
    public TimeSpan CpuTime { get; init; }

    /// <summary>
    /// What happened, in one sentence, where exit code and output don't say it: which tool is missing, which limit the compiler reached,
    /// why the sandbox failed. Null, the default value, otherwise.
    /// </summary>
    public string? Message { get; init; }
}
