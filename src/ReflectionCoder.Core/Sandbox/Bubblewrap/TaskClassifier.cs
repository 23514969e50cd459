namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>Finds out how a run ended, from what the sandbox saw. What the program printed doesn't count.</summary>
internal static class TaskClassifier
{
    /// <summary>Exit code of a program that SIGKILL ended.</summary>
    public const int KilledExitCode = SignalBase + Kill;

    private const int SignalBase = 128;
    private const int Kill = 9;

    /// <summary>Classifies a run.</summary>
    /// <param name="reason">Why it was stopped from outside, if it was.</param>
    /// <param name="report">What the task's first process told; empty if it told nothing.</param>
    /// <param name="systemKilled">Whether the system killed some process during the run because memory ran out.</param>
    /// <returns>Outcome and exit code; null if the sandbox failed.</returns>
    public static (SandboxOutcome Outcome, int ExitCode)? Classify(StopReason reason, TaskReport report, bool systemKilled)
    {
        int code = report.Exit ?? SignalBase + (report.Signal ?? Kill);
        return reason switch
        {
            StopReason.WallTime => (SandboxOutcome.WallTimeExceeded, KilledExitCode),
            StopReason.Output => (SandboxOutcome.OutputLimitExceeded, KilledExitCode),
            _ => report switch
            {
                { Error: not null } => null,
                { Limit: "memory" } => (SandboxOutcome.OutOfMemory, code),
                { Limit: "cpu" } => (SandboxOutcome.CpuTimeExceeded, code),
                { Exit: 0 } => (SandboxOutcome.Passed, 0),
                { Exit: not null } => (SandboxOutcome.Failed, code),

                // The kernel kills the largest process when memory runs out: the program, or the one that would have told its end.
                { Signal: null or Kill } when systemKilled => (SandboxOutcome.OutOfMemory, code),
                { Signal: not null } => (SandboxOutcome.Crashed, code),
                _ => null,
            },
        };
    }
}
