using System.Globalization;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox;

/// <summary>Results of programs that weren't run.</summary>
internal static class NotRun
{
    /// <summary>Whether an outcome says nothing about the program: the sandbox failed, or there is no toolchain.</summary>
    public static bool Is(SandboxOutcome outcome) => outcome is SandboxOutcome.SandboxFailure or SandboxOutcome.ToolchainMissing;

    /// <summary>The machine lacks a tool of the language.</summary>
    public static SandboxResult ToolchainMissing(SandboxLanguage language, string tool) =>
        Create(SandboxOutcome.ToolchainMissing, $"{language.Name} programs need '{tool}', which isn't here: {language.Install}.");

    /// <summary>The sandbox or the system failed.</summary>
    public static SandboxResult SandboxFailure(string message) => Create(SandboxOutcome.SandboxFailure, message);

    /// <summary>
    /// The program's result, given that of its compiler, which failed. If the compiler wasn't run either, its result stays.
    /// </summary>
    public static SandboxResult CompileError(SandboxResult compiler, SandboxLimits limits) =>
        Is(compiler.Outcome)
            ? compiler
            : compiler with
            {
                Outcome = SandboxOutcome.CompileError,
                StandardOutput = "",
                StandardError = compiler.StandardOutput + compiler.StandardError, // some compilers print errors to standard output
                Message = DescribeLimit(compiler, limits) ?? compiler.Message,
            };

    private static string? DescribeLimit(SandboxResult compiler, SandboxLimits limits)
    {
        FormattableString? text = compiler.Outcome switch
        {
            SandboxOutcome.CpuTimeExceeded => $"The compiler used more than {limits.CpuTime.TotalSeconds} s of processor time.",
            SandboxOutcome.WallTimeExceeded => $"The compiler ran for longer than {limits.WallTime.TotalSeconds} s.",
            SandboxOutcome.OutOfMemory => $"The compiler held more than {limits.MemoryBytes} bytes of memory.",
            SandboxOutcome.OutputLimitExceeded => $"The compiler printed far more than {limits.OutputBytes} bytes.",
            SandboxOutcome.Crashed => $"The compiler crashed by signal {compiler.ExitCode - 128}.",
            _ => null,
        };
        return text?.ToString(CultureInfo.InvariantCulture);
    }

    private static SandboxResult Create(SandboxOutcome outcome, string message) =>
        new(outcome, -1, "", "", false, TimeSpan.Zero) { Message = message };
}
