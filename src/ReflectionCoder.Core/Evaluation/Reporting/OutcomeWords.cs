using System.Globalization;
using ReflectionCoder.Reports;
using ReflectionCoder.Sandbox;

namespace ReflectionCoder.Evaluation.Reporting;

/// <summary>What reports call the ends of a test, in JSON and on the page.</summary>
internal static class OutcomeWords
{
    /// <summary>All outcomes, in the order of reports.</summary>
    public static IReadOnlyList<SandboxOutcome> All { get; } = Enum.GetValues<SandboxOutcome>();

    /// <summary>The name in JSON, such as <c>cpuTimeExceeded</c>.</summary>
    public static string KeyOf(SandboxOutcome outcome)
    {
        string name = outcome.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>The words on a page.</summary>
    public static string Of(SandboxOutcome outcome) =>
        outcome switch
        {
            SandboxOutcome.Passed => "passed",
            SandboxOutcome.Failed => "wrong",
            SandboxOutcome.CompileError => "not compiled",
            SandboxOutcome.Crashed => "crashed",
            SandboxOutcome.CpuTimeExceeded => "out of processor time",
            SandboxOutcome.WallTimeExceeded => "out of wall-clock time",
            SandboxOutcome.OutOfMemory => "out of memory",
            SandboxOutcome.OutputLimitExceeded => "too much output",
            SandboxOutcome.ToolchainMissing => "toolchain missing",
            SandboxOutcome.SandboxFailure => "sandbox failed",
            _ => outcome.ToString(),
        };

    /// <summary>What an outcome means for the reader: only what was judged and found wrong is bad.</summary>
    public static ReportTone ToneOf(SandboxOutcome outcome) =>
        outcome switch
        {
            SandboxOutcome.Passed => ReportTone.Good,
            SandboxOutcome.CpuTimeExceeded or SandboxOutcome.WallTimeExceeded => ReportTone.Warning,
            SandboxOutcome.ToolchainMissing or SandboxOutcome.SandboxFailure => ReportTone.Warning,
            _ => ReportTone.Bad,
        };

    /// <summary>Limits in words, which say of a time whether it is processor or wall-clock time.</summary>
    public static string Of(SandboxLimits? limits) =>
        limits is null
            ? "those of each problem, which differ"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Seconds(limits.CpuTime)} of processor time, {Seconds(limits.WallTime)} of wall-clock time, {Memory(limits)} of memory"
            );

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private static string Memory(SandboxLimits limits) =>
        limits.MemoryBytes >= 1L << 30
            ? string.Create(CultureInfo.InvariantCulture, $"{limits.MemoryBytes / (double)(1L << 30):0.##} GiB")
            : string.Create(CultureInfo.InvariantCulture, $"{limits.MemoryBytes / (double)(1L << 20):0.##} MiB");
}
