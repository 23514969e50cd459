using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ReflectionCoder.Samples.Ablate.Results;

/// <summary>Where a row was made.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Processors">How many the process may use.</param>
/// <param name="Threads">CPU threads of torch; another number may change last bits.</param>
/// <param name="Device">Where the model computed.</param>
/// <param name="Runtime">.NET's version.</param>
internal sealed record Machine(string Processor, int Processors, int Threads, string Device, string Runtime)
{
    public static Machine Of(StudySettings settings, string device) =>
        new(FindProcessor(), Environment.ProcessorCount, settings.Threads, device, RuntimeInformation.FrameworkDescription);

    /// <summary>The commit of the folder that the program was built in; null where it is in no repository, or git isn't there.</summary>
    public static string? FindCommit()
    {
        try
        {
            using Process git = Process.Start(
                new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"])
                {
                    WorkingDirectory = AppContext.BaseDirectory,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            )!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            string commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 && commit.Length > 0 ? commit : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string FindProcessor()
    {
        const string list = "/proc/cpuinfo";
        string? line = File.Exists(list)
            ? File.ReadLines(list).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
