using System.Diagnostics;
using System.Globalization;

namespace ReflectionCoder.Tests.Checkpointing;

/// <summary>A process of its own that measures itself, so that nothing else is measured with it.</summary>
internal static class MeasuringProcess
{
    /// <summary>Starts this assembly as a program and waits for the numbers that it prints.</summary>
    public static long[] Run(TimeSpan limit, string command, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = Program.StartInfo(command, arguments);
        start.RedirectStandardOutput = true;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(limit), $"{command} hangs");
        Assert.Equal(0, process.ExitCode);
        return [.. output.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
    }

    /// <summary>A size that the kernel tells of this process, in bytes.</summary>
    /// <param name="field">Its name in <c>/proc/self/status</c>, such as <c>VmHWM</c>.</param>
    public static long Bytes(string field) =>
        1024
        * long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith($"{field}:", StringComparison.Ordinal))[$"{field}:".Length..]
                .Replace("kB", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture
        );
}
