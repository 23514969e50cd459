using System.Diagnostics;
using System.Text;

namespace ReflectionCoder.Tests.Commands;

/// <summary>A sample's program, from outside.</summary>
internal class SampleProcess : IDisposable
{
    private readonly string name;
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();

    protected SampleProcess(string name, IEnumerable<string> arguments)
    {
        this.name = name;
        process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        process.StartInfo.ArgumentList.Add(Assembly(name));
        foreach (string argument in arguments)
        {
            process.StartInfo.ArgumentList.Add(argument);
        }

        // Beside other busy processes, OpenMP threads that wait by spinning make a run many times slower.
        process.StartInfo.Environment["OMP_WAIT_POLICY"] = "passive";
        process.StartInfo.Environment[Program.WithoutDiagnostics] = "0";
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    /// <summary>Whether this process ignores SIGINT, as a background job of a shell does; its children inherit that.</summary>
    public static bool IsInterruptIgnored
    {
        get
        {
            string ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
            return (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & 2) != 0;
        }
    }

    public static SampleProcess Start(string name, params IEnumerable<string> arguments) => new(name, arguments);

    /// <summary>Runs a sample to its end; nothing comes from its standard input.</summary>
    public static SampleResult Run(string name, params IEnumerable<string> arguments)
    {
        using SampleProcess run = Start(name, arguments);
        run.process.StandardInput.Close();
        return run.WaitForResult();
    }

    /// <summary>Skips the calling test where the signal wouldn't arrive.</summary>
    public static void SkipUnlessItTakes(string signal) =>
        Assert.SkipWhen(
            !OperatingSystem.IsLinux() || (signal == "INT" && IsInterruptIgnored),
            "Signals are sent on Linux alone, and SIGINT not by a process that ignores it (a background job): its children inherit that."
        );

    /// <summary>What it has written to standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (errors)
            {
                return errors.ToString();
            }
        }
    }

    /// <summary>Whether a program of that name runs below it.</summary>
    public bool HasChild(string program) =>
        Directory
            .GetDirectories($"/proc/{Id}/task")
            .Any(task =>
                File.ReadAllText(task + "/children")
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Any(child => File.Exists($"/proc/{child}/comm") && File.ReadAllText($"/proc/{child}/comm").Trim() == program)
            );

    public SampleResult WaitForResult()
    {
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(3)), name + " hangs");
        process.WaitForExit();
        return new SampleResult(process.ExitCode, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }

    /// <summary>Waits until something has come about.</summary>
    public void WaitUntil(Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.False(process.HasExited, $"{name} ended too soon: {Errors}");
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), name + " hangs");
            Thread.Sleep(20);
        }
    }

    public void Signal(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, Id.ToString()]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    /// <summary>The sample as the test project's build made it, in the same configuration.</summary>
    private static string Assembly(string name)
    {
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(RepositoryFolder.Path, "samples", name, "bin", framework.Parent!.Name, framework.Name, name + ".dll");
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }
}

/// <summary>What a process left.</summary>
internal record SampleResult(int ExitCode, string Output, string Errors);
