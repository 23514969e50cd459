namespace ReflectionCoder.Sandbox;

/// <summary>Why the sandbox stopped a run.</summary>
internal enum StopReason
{
    /// <summary>It didn't: the program ended by itself, or the system ended it.</summary>
    None,

    /// <summary>The caller cancelled.</summary>
    Cancelled,

    /// <summary>The wall-clock limit was reached.</summary>
    WallTime,

    /// <summary>All processes together used more memory than allowed.</summary>
    Memory,

    /// <summary>The program printed too much.</summary>
    Output,
}

/// <summary>Finds out how a run ended, from its exit code and what else is known.</summary>
internal static class OutcomeClassifier
{
    /// <summary>Exit code of a process that SIGKILL ended.</summary>
    public const int KilledExitCode = 128 + 9;

    private const int CpuLimitExitCode = 128 + 24; // SIGXCPU

    /// <summary>Classifies a run.</summary>
    /// <param name="reason">Why the sandbox stopped it, if it did.</param>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="standardError">Its error output.</param>
    /// <param name="wallTime">How long it ran.</param>
    /// <param name="cpuLimit">Its processor time limit.</param>
    /// <param name="killedForMemory">Whether the system killed some process during the run because memory ran out.</param>
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

                // A program that ignores SIGXCPU is killed a second later. The limit counts processor time, which one thread can't use up
                // in much less wall-clock time.
                KilledExitCode when wallTime >= 0.9 * cpuLimit => SandboxOutcome.TimedOut,
                KilledExitCode when killedForMemory => SandboxOutcome.OutOfMemory,
                _ when EndsInMemoryError(standardError) => SandboxOutcome.OutOfMemory,
                _ => SandboxOutcome.Failed,
            },
        };

    /// <summary>Whether the last line of a traceback is <c>MemoryError</c>, or numpy's subclass of it.</summary>
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
