using System.Diagnostics;
using System.Text;
using ReflectionCoder.Configuration;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Sandbox;

/// <summary>
/// <b>No sandbox at all</b>: runs a program as a child process with the rights of the caller. The program can read and delete the caller's
/// files, use the network and leave processes behind. Only for programs that you trust, on machines where isolation is impossible.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Wall-clock time and output are always limited. The memory and processor time of a process, file sizes, open files and core dumps are
/// limited only on machines that have <c>prlimit</c>. The number of processes isn't limited, because the system would count all processes
/// of the user. Processes that detach themselves survive the run.
/// </remarks>
public sealed class UnisolatedSandbox : ICodeSandbox, IDisposable
{
    private const string ProcessLimits = "/usr/bin/prlimit";

    private readonly string python;
    private readonly SemaphoreSlim slots;

    /// <summary>Creates the sandbox. Starts nothing.</summary>
    /// <param name="python">The interpreter: a path, or a name that is looked up in PATH. The default value is <c>python3</c>.</param>
    /// <param name="maxConcurrency">
    /// The largest number of programs that run at once, at least 1; further calls wait. Null, the default, is the number of processors.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrency"/> is below 1.</exception>
    public UnisolatedSandbox(string python = "python3", int? maxConcurrency = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(python);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxConcurrency ?? 1, nameof(maxConcurrency));
        this.python = python;
        slots = new SemaphoreSlim(maxConcurrency ?? Environment.ProcessorCount);
    }

    /// <inheritdoc/>
    public async Task<SandboxResult> ExecuteAsync(
        SandboxProgram program,
        SandboxLimits? limits = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        limits ??= SandboxLimits.Default;
        limits.Validate();
        SandboxLanguage language = SandboxLanguage.Get(program.Language);
        string interpreter =
            FindInterpreter()
            ?? throw new SandboxUnavailableException($"There is no '{python}': install {language.Package}, or name the interpreter.");
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("unisolated-");
        try
        {
            string file = Path.Combine(folder.FullName, language.FileName);
            await File.WriteAllTextAsync(file, program.Source, cancellationToken).ConfigureAwait(false);
            return await SandboxTelemetry
                .ObserveAsync(program.Language, () => RunAsync(language, interpreter, program, limits, file, cancellationToken))
                .ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
            DeleteFolder(folder);
        }
    }

    /// <summary>Frees the sandbox's semaphore. All runs must have ended.</summary>
    public void Dispose() => slots.Dispose();

    private string? FindInterpreter()
    {
        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe"] : [""];
        IEnumerable<string> folders =
            Path.GetFileName(python) == python
                ? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                : [Environment.CurrentDirectory];
        return folders
            .SelectMany(folder => endings, (folder, ending) => Path.GetFullPath(Path.Combine(folder, python + ending)))
            .FirstOrDefault(File.Exists);
    }

    private static async Task<SandboxResult> RunAsync(
        SandboxLanguage language,
        string interpreter,
        SandboxProgram program,
        SandboxLimits limits,
        string file,
        CancellationToken cancellationToken
    )
    {
        int reason = (int)StopReason.None;
        using var process = new Process { StartInfo = Describe(language, interpreter, limits, file) };
        var output = new OutputCollector(limits.OutputBytes, () => Stop(StopReason.Output));
        var error = new OutputCollector(limits.OutputBytes, () => Stop(StopReason.Output));
        long started = Stopwatch.GetTimestamp();
        try
        {
            _ = process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new SandboxUnavailableException($"{interpreter} can't be started: {exception.Message}", exception);
        }

        await using (new WallTimer(limits.WallTime, () => Stop(StopReason.WallTime)).ConfigureAwait(false))
        await using (cancellationToken.Register(() => Stop(StopReason.Cancelled)).ConfigureAwait(false))
        {
            Task reading = Task.WhenAll(
                output.ReadAsync(process.StandardOutput.BaseStream, CancellationToken.None),
                error.ReadAsync(process.StandardError.BaseStream, CancellationToken.None)
            );
            await FeedAsync(process, program.StandardInput).ConfigureAwait(false);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);

            // A process that the program left behind may keep the pipes open, so the output is waited for only a second.
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        string errorText = HideFolder(error.GetText());
        SandboxOutcome outcome = OutcomeClassifier.Classify(
            (StopReason)reason,
            process.ExitCode,
            errorText,
            elapsed,
            limits.CpuTime,
            killedForMemory: false
        );
        return new SandboxResult(outcome, process.ExitCode, HideFolder(output.GetText()), errorText, output.IsCut || error.IsCut, elapsed);

        string HideFolder(string text) => text.Replace(file, language.FileName, StringComparison.Ordinal);

        void Stop(StopReason why)
        {
            _ = Interlocked.CompareExchange(ref reason, (int)why, (int)StopReason.None);
            try
            {
                process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // Already gone.
            }
        }
    }

    private static ProcessStartInfo Describe(SandboxLanguage language, string interpreter, SandboxLimits limits, string file)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = Path.GetDirectoryName(file)!,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (OperatingSystem.IsLinux() && File.Exists(ProcessLimits))
        {
            start.FileName = ProcessLimits;
            long cpuSeconds = Math.Max(1, (long)Math.Ceiling(limits.CpuTime.TotalSeconds));
            string[] arguments =
            [
                $"--cpu={cpuSeconds}:{cpuSeconds + 1}",
                $"--as={limits.MemoryBytes}",
                $"--nofile={limits.OpenFiles}",
                $"--fsize={limits.WorkFolderBytes}",
                "--core=0",
                "--",
                interpreter,
            ];
            Array.ForEach(arguments, start.ArgumentList.Add);
        }
        else
        {
            start.FileName = interpreter;
        }

        foreach (string argument in (IEnumerable<string>)[.. language.Arguments, file])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in language.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["PYTHONUTF8"] = "1";
        return start;
    }

    private static async Task FeedAsync(Process process, string? standardInput)
    {
        try
        {
            Stream input = process.StandardInput.BaseStream;
            await using (input.ConfigureAwait(false))
            {
                await input.WriteAsync(Encoding.UTF8.GetBytes(standardInput ?? "")).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The program has ended, or closed its standard input.
        }
    }

    private static void DeleteFolder(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A process that the program left behind may still write there. The system cleans its temporary folder.
        }
    }
}
