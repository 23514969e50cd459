using System.Diagnostics;
using ReflectionCoder.Sandbox.Languages;

namespace ReflectionCoder.Sandbox.Unisolated;

/// <summary>Compiles and runs one program in its folder.</summary>
internal sealed class UnisolatedRun(SandboxLanguage language, ToolFinder tools, WorkFolder folder)
{
    private const string ProcessLimits = "/usr/bin/prlimit";
    private const int KilledExitCode = 128 + 9;
    private const int CpuLimitExitCode = 128 + 24; // SIGXCPU
    private const int LargestSignalExitCode = 128 + 31;

    /// <summary>Compiles the program.</summary>
    /// <returns>Why it can't run; null if it can.</returns>
    public async Task<SandboxResult?> CompileAsync(SandboxLimits limits, CancellationToken cancellationToken)
    {
        if (language.Tools.FirstOrDefault(tool => tools.Find(tool, folder.Path) is null) is { } missing)
        {
            return NotRun.ToolchainMissing(language, missing);
        }

        if (language.Compile is null)
        {
            return null;
        }

        SandboxResult compiled = await StartAsync(language.Compile(limits), null, limits, cancellationToken).ConfigureAwait(false);
        return compiled.Outcome == SandboxOutcome.Passed ? null : NotRun.CompileError(compiled, limits);
    }

    /// <summary>Runs the program, which is compiled.</summary>
    public Task<SandboxResult> RunAsync(string? standardInput, SandboxLimits limits, CancellationToken cancellationToken) =>
        StartAsync(language.Run(limits), standardInput, limits, cancellationToken);

    private async Task<SandboxResult> StartAsync(
        IReadOnlyList<string> command,
        string? standardInput,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        if (tools.Find(command[0], folder.Path) is not { } program)
        {
            return NotRun.ToolchainMissing(language, command[0]);
        }

        using var process = new WatchedProcess(Describe(program, command.Skip(1), limits), limits);
        await process.RunAsync(standardInput, cancellationToken).ConfigureAwait(false);
        int exitCode = process.Stopped is null ? process.ExitCode : KilledExitCode;
        return new SandboxResult(
            process.Stopped ?? Classify(exitCode),
            exitCode,
            HideFolder(process.Output.GetText()),
            HideFolder(process.Error.GetText()),
            process.Output.IsCut || process.Error.IsCut,
            process.WallTime
        );
    }

    // On Windows, the exit code of a crash is an NTSTATUS such as 0xC0000005, a negative number.
    private static SandboxOutcome Classify(int exitCode) =>
        exitCode switch
        {
            0 => SandboxOutcome.Passed,
            < 0 => SandboxOutcome.Crashed,
            CpuLimitExitCode when !OperatingSystem.IsWindows() => SandboxOutcome.CpuTimeExceeded,
            > 128 and <= LargestSignalExitCode when !OperatingSystem.IsWindows() => SandboxOutcome.Crashed,
            _ => SandboxOutcome.Failed,
        };

    // The folder has a new name in each run. Without it, a program prints the same again.
    private string HideFolder(string text) => text.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    private ProcessStartInfo Describe(string program, IEnumerable<string> arguments, SandboxLimits limits)
    {
        IEnumerable<string> command = [program, .. arguments];
        if (OperatingSystem.IsLinux() && File.Exists(ProcessLimits))
        {
            long cpuSeconds = Math.Max(1, (long)Math.Ceiling(limits.CpuTime.TotalSeconds));
            long addressSpace = Math.Min(limits.MemoryBytes, long.MaxValue / 2) * 2;
            command =
            [
                ProcessLimits,
                .. language.LimitsAddressSpace ? [$"--as={addressSpace}"] : Array.Empty<string>(),
                $"--cpu={cpuSeconds}:{cpuSeconds + 1}",
                $"--nofile={limits.OpenFiles}",
                $"--fsize={limits.WorkFolderBytes}",
                "--core=0",
                "--",
                .. command,
            ];
        }

        var start = new ProcessStartInfo(command.First(), command.Skip(1))
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (string temporary in (string[])["TMPDIR", "TMP", "TEMP"])
        {
            start.Environment[temporary] = folder.Path;
        }

        foreach ((string name, string value) in language.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
