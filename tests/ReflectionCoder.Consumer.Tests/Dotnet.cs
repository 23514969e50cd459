using System.Diagnostics;
using System.Text;

namespace ReflectionCoder.Tests.Consumers;

/// <summary>How a program ended, and what it printed on both streams.</summary>
internal sealed record ProgramResult(int ExitCode, string Output);

/// <summary>Runs the SDK's command as a user would, and programs, in a process of their own.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>Runs a command to its end and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed, or took more than five minutes; the message holds its output.</exception>
    public static string Run(string folder, params string[] arguments)
    {
        ProgramResult result = Start(folder, "dotnet", arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.Output}");
    }

    /// <summary>Runs a program to its end, whatever that is.</summary>
    /// <exception cref="InvalidOperationException">It took more than five minutes; the message holds its output.</exception>
    public static ProgramResult Start(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };

        // What the process that runs the tests was told about its own SDK is not meant for another one.
        foreach (
            string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()
        )
        {
            start.Environment.Remove(name);
        }

        // Nothing that outlives the command: it would hold the pipes open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";

        // Beside other busy processes, OpenMP threads that wait by spinning make a run many times slower.
        start.Environment["OMP_WAIT_POLICY"] = "passive";

        // A build leaves empty folders where temporary files go. NuGet's locks must stay where all processes look for them, and a compiler
        // that stays for the next build would miss the folder.
        start.Environment["UseSharedCompilation"] = "false";
        using TemporaryFolder temporary = new();
        start.Environment.TryAdd("NUGET_SCRATCH", Path.Combine(Path.GetTempPath(), "NuGetScratch" + Environment.UserName));
        foreach (string name in (string[])["TMPDIR", "TMP", "TEMP"])
        {
            start.Environment[name] = temporary.Path;
        }

        StringBuilder output = new();
        using Process process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} took more than {Limit.TotalMinutes} minutes:\n{output}"
            );
        }

        process.WaitForExit(); // until both pipes are read
        return new ProgramResult(process.ExitCode, output.ToString());
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("reflectioncoder-dotnet-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.Append(line is null ? "" : line + "\n");
        }
    }
}
