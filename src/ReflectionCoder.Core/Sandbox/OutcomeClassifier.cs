namespace ReflectionCoder.Sandbox;

/// <summary>Why a run was stopped from outside.</summary>
internal enum StopReason
{
    /// <summary>It wasn't.</summary>
    None,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The wall-clock limit.</summary>
    WallTime,

    /// <summary>The summed memory.</summary>
    Memory,

    /// <summary>Too much output.</summary>
    Output,
}

/// <summary>Turns an exit code and what is known beside it into an outcome.</summary>
internal static class OutcomeClassifier
{
    /// <summary>Exit code of a process ended by SIGKILL.</summary>
    public const int KilledExitCode = 128 + 9;

    private const int CpuLimitExitCode = 128 + 24; // SIGXCPU

    /// <summary>Classifies a run.</summary>
    /// <param name="reason">Why it was stopped from outside.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="standardError">Its error output.</param>
    /// <param name="wallTime">How long it ran.</param>
    /// <param name="cpuLimit">Its processor time limit.</param>
    /// <param name="killedForMemory">Whether the system ended a process for want of memory meanwhile.</param>
    public static SandboxOutcome Classify(
        StopReason reason,
        int exitCode,
        string standardError,
        TimeSpan wallTime,
        TimeSpan cpuLimit,
        bool killedForMemory
    ) =>
        reason switch
        {
            StopReason.WallTime => SandboxOutcome.TimedOut,
            StopReason.Memory => SandboxOutcome.OutOfMemory,
            StopReason.Output => SandboxOutcome.OutputLimitExceeded,
            _ => exitCode switch
            {
                0 => SandboxOutcome.Passed,
                CpuLimitExitCode => SandboxOutcome.TimedOut,

                // A program that ignores SIGXCPU is killed a second later. Nothing uses a second of processor in much less than a second.
                KilledExitCode when wallTime >= 0.9 * cpuLimit => SandboxOutcome.TimedOut,
                KilledExitCode when killedForMemory => SandboxOutcome.OutOfMemory,
                _ when EndsInMemoryError(standardError) => SandboxOutcome.OutOfMemory,
                _ => SandboxOutcome.Failed,
            },
        };

    /// <summary>Whether a traceback's last line is <c>MemoryError</c>, or numpy's kind of it.</summary>
    private static bool EndsInMemoryError(string standardError)
    {
        ReadOnlySpan<char> line = standardError.AsSpan().TrimEnd();
        line = line[(line.LastIndexOf('\n') + 1)..];
        int colon = line.IndexOf(':');
        ReadOnlySpan<char> type = colon < 0 ? line : line[..colon];
        type = type[(type.LastIndexOf('.') + 1)..];
        return type is "MemoryError" or "_ArrayMemoryError";
    }
}
