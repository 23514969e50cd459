namespace ReflectionCoder.Sandbox;

/// <summary>Runs an untrusted program. What the program does wrong is a value, never an exception.</summary>
/// <remarks>Implementations are thread-safe: calls may run side by side.</remarks>
public interface ICodeSandbox
{
    /// <summary>Runs a program to its end or to a limit.</summary>
    /// <param name="program">What to run.</param>
    /// <param name="limits">Bounds of the run; null takes <see cref="SandboxLimits.Default"/>.</param>
    /// <param name="cancellationToken">Kills the program and throws.</param>
    /// <returns>How it ended and what it printed.</returns>
    /// <exception cref="SandboxUnavailableException">The machine lacks what isolation or the language needs.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    Task<SandboxResult> ExecuteAsync(SandboxProgram program, SandboxLimits? limits = null, CancellationToken cancellationToken = default);
}

/// <summary>A program to run.</summary>
/// <param name="Source">Its source text.</param>
/// <param name="Language">The language's name; <c>python</c> is the one built in.</param>
/// <param name="StandardInput">Text for its standard input; null for none.</param>
public sealed record SandboxProgram(string Source, string Language = "python", string? StandardInput = null);

/// <summary>Bounds of one run.</summary>
public sealed record SandboxLimits
{
    /// <summary>The default limits.</summary>
    public static SandboxLimits Default { get; } = new();

    /// <summary>Longest wall-clock time. The default value is 10 s.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest processor time of a process, in whole seconds rounded up. The default value is 5 s.</summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest address space of a process, in bytes. The default value is 1 GiB.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Most processes and threads at once. The default value is 16.</summary>
    public int Processes { get; init; } = 16;

    /// <summary>Most bytes kept of standard output and of standard error, each. The default value is 64 KiB; the run is stopped at 16 times that.</summary>
    public int OutputBytes { get; init; } = 64 << 10;
}

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
/// <param name="OutputCut">Whether either was cut.</param>
/// <param name="WallTime">Wall-clock time from start to end.</param>
public sealed record SandboxResult(
    SandboxOutcome Outcome,
    int ExitCode,
    string StandardOutput,
    string StandardError,
    bool OutputCut,
    TimeSpan WallTime);

/// <summary>The machine can't isolate, or lacks the language's toolchain; says what is missing.</summary>
public sealed class SandboxUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing and how to get it.</param>
    public SandboxUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing and how to get it.</param>
    /// <param name="innerException">The cause.</param>
    public SandboxUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
