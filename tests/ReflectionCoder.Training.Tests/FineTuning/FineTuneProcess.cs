using System.Diagnostics;
using System.Text;

namespace ReflectionCoder.Tests.FineTuning;

/// <summary>The FineTune sample, from outside.</summary>
internal sealed class FineTuneProcess : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();

    private FineTuneProcess(IEnumerable<string> arguments)
    {
        process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false },
        };
        process.StartInfo.ArgumentList.Add(Assembly);
        foreach (string argument in arguments)
        {
            process.StartInfo.ArgumentList.Add(argument);
        }

        // Beside other busy processes, OpenMP threads that wait by spinning make a run many times slower.
        process.StartInfo.Environment["OMP_WAIT_POLICY"] = "passive";
        process.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The sample as the test project's build made it, in the same configuration.</summary>
    private static string Assembly
    {
        get
        {
            DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(RepositoryFolder.Path, "samples", "FineTune", "bin", framework.Parent!.Name, framework.Name, "FineTune.dll");
        }
    }

    public int Id => process.Id;

    public static FineTuneProcess Start(params IEnumerable<string> arguments) => new(arguments);

    /// <summary>Runs it to its end.</summary>
    public static FineTuneResult Run(params IEnumerable<string> arguments)
    {
        using FineTuneProcess run = Start(arguments);
        return run.Wait();
    }

    public FineTuneResult Wait()
    {
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(3)), "FineTune hangs");
        process.WaitForExit();
        return new FineTuneResult(process.ExitCode, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }

    /// <summary>Waits until something has come about.</summary>
    public void WaitUntil(Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.False(process.HasExited, $"FineTune ended too soon: {errors}");
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), "FineTune hangs");
            Thread.Sleep(20);
        }
    }

    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, Id.ToString()]);
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
}

/// <summary>What a process left.</summary>
internal sealed record FineTuneResult(int ExitCode, string Output, string Errors);
