using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>The result of starting bubblewrap once.</summary>
/// <param name="Result">The program's result; null if the program wasn't started.</param>
/// <param name="Error">The error output: the program's if it was started, else that of bubblewrap or of a tool that starts it.</param>
internal sealed record BubblewrapRunResult(SandboxResult? Result, string Error);

/// <summary>Starts bubblewrap once, writes its input, reads its output, and stops it at a limit.</summary>
internal sealed class BubblewrapRun : IDisposable
{
    private static readonly TimeSpan DrainTime = TimeSpan.FromMinutes(1);

    private readonly SandboxLanguage language;
    private readonly SandboxLimits limits;
    private readonly OutputCollector output;
    private readonly OutputCollector error;
    private readonly CancellationTokenSource ended = new();
    private readonly TaskCompletionSource<int> firstProcess = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task feeding = Task.CompletedTask;
    private ChildProcess? child;
    private int reason;

    private BubblewrapRun(SandboxLanguage language, SandboxLimits limits)
    {
        this.language = language;
        this.limits = limits;
        output = new OutputCollector(limits.OutputBytes, () => Stop(StopReason.Output));
        error = new OutputCollector(limits.OutputBytes, () => Stop(StopReason.Output));
    }

    /// <summary>Runs a program once.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled; the program is dead.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">No process could be started.</exception>
    public static async Task<BubblewrapRunResult> ExecuteAsync(
        BubblewrapCommand command,
        SandboxLanguage language,
        SandboxProgram program,
        SandboxLimits limits,
        CancellationToken cancellationToken
    )
    {
        using var run = new BubblewrapRun(language, limits);
        return await run.ExecuteAsync(command.Build(language, limits), program, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        child?.Dispose();
        ended.Cancel();
        ended.Dispose();
    }

    private async Task<BubblewrapRunResult> ExecuteAsync(
        IReadOnlyList<string> line,
        SandboxProgram program,
        CancellationToken cancellationToken
    )
    {
        long memoryKills = SystemMemoryKills.Count();
        long started = Stopwatch.GetTimestamp();
        (AnonymousPipeClientStream outputPipe, AnonymousPipeClientStream errorPipe, AnonymousPipeClientStream status) = await StartAsync(
                line,
                program
            )
            .ConfigureAwait(false);
        await using ConfiguredAsyncDisposable outputScope = outputPipe.ConfigureAwait(false);
        await using ConfiguredAsyncDisposable errorScope = errorPipe.ConfigureAwait(false);
        await using ConfiguredAsyncDisposable statusScope = status.ConfigureAwait(false);

        int? exitCode;
        Task outputRead = output.ReadAsync(outputPipe, CancellationToken.None);
        Task errorRead = error.ReadAsync(errorPipe, CancellationToken.None);
        Task watch = WatchMemoryAsync();
        await using (new WallTimer(limits.WallTime, () => Stop(StopReason.WallTime)).ConfigureAwait(false))
        await using (cancellationToken.Register(() => Stop(StopReason.Cancelled)).ConfigureAwait(false))
        {
            exitCode = await ReadStatusAsync(status).ConfigureAwait(false);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        child!.Dispose(); // kills the processes that the program left behind, which keep the output pipes open
        await ended.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(outputRead, errorRead, watch, feeding).WaitAsync(DrainTime, CancellationToken.None).ConfigureAwait(false);

        var stopped = (StopReason)Volatile.Read(ref reason);
        if (stopped == StopReason.Cancelled)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        string errorText = HideFolder(error.GetText());
        if (exitCode is null && stopped == StopReason.None)
        {
            return new BubblewrapRunResult(null, errorText.Trim());
        }

        int code = exitCode ?? OutcomeClassifier.KilledExitCode;
        bool killedForMemory = code == OutcomeClassifier.KilledExitCode && SystemMemoryKills.Count() != memoryKills;
        SandboxOutcome outcome = OutcomeClassifier.Classify(stopped, code, errorText, elapsed, limits.CpuTime, killedForMemory);
        var result = new SandboxResult(outcome, code, HideFolder(output.GetText()), errorText, output.IsCut || error.IsCut, elapsed);
        return new BubblewrapRunResult(result, errorText);
    }

    private async Task<(AnonymousPipeClientStream Output, AnonymousPipeClientStream Error, AnonymousPipeClientStream Status)> StartAsync(
        IReadOnlyList<string> line,
        SandboxProgram program
    )
    {
        using SafeFileHandle input = OpenInput(program.StandardInput);
        using SafeFileHandle source = FileDescriptors.CreateMemoryFile("source", Encoding.UTF8.GetBytes(program.Source));
        var outputs = new AnonymousPipeClientStream[3];
        var ends = new SafeFileHandle[3];
        try
        {
            for (int i = 0; i < ends.Length; i++)
            {
                (SafeFileHandle read, ends[i]) = FileDescriptors.CreatePipe();
                outputs[i] = OpenPipe(read, PipeDirection.In);
            }

            child = await SpawnThread
                .RunAsync(() => ChildProcess.Start(line, [input, ends[0], ends[1], ends[2], source]))
                .ConfigureAwait(false);
            return (outputs[0], outputs[1], outputs[2]);
        }
        catch
        {
            Array.ForEach(outputs, stream => stream?.Dispose());
            throw;
        }
        finally
        {
            Array.ForEach(ends, end => end?.Dispose());
        }
    }

    /// <summary>
    /// Opens the program's standard input as a pipe. A file could be opened again through /proc, by a process that the program starts,
    /// even after the program has read and closed it.
    /// </summary>
    private SafeFileHandle OpenInput(string? text)
    {
        if (text is null)
        {
            return File.OpenHandle("/dev/null");
        }

        (SafeFileHandle read, SafeFileHandle write) = FileDescriptors.CreatePipe();
        feeding = FeedAsync(OpenPipe(write, PipeDirection.Out), Encoding.UTF8.GetBytes(text));
        return read;
    }

    private static async Task FeedAsync(AnonymousPipeClientStream stream, byte[] content)
    {
        await using ConfiguredAsyncDisposable scope = stream.ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(content).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The program has ended, or closed its standard input.
        }
    }

    /// <summary>Opens a stream that doesn't block a thread while it waits for data.</summary>
    private static AnonymousPipeClientStream OpenPipe(SafeFileHandle end, PipeDirection direction)
    {
        var handle = new SafePipeHandle(end.DangerousGetHandle(), ownsHandle: true);
        end.SetHandleAsInvalid();
        return new AnonymousPipeClientStream(direction, handle);
    }

    /// <summary>Reads the status reports that bubblewrap writes, until it ends.</summary>
    /// <returns>The program's exit code; null if bubblewrap was killed, or ended without starting the program.</returns>
    private async Task<int?> ReadStatusAsync(Stream status)
    {
        using var reader = new StreamReader(status, leaveOpen: true);
        int? exitCode = null;
        while (await reader.ReadLineAsync(CancellationToken.None).ConfigureAwait(false) is { } report)
        {
            using JsonDocument document = JsonDocument.Parse(report);
            if (document.RootElement.TryGetProperty("child-pid", out JsonElement processId))
            {
                firstProcess.TrySetResult(processId.GetInt32());
            }

            if (document.RootElement.TryGetProperty("exit-code", out JsonElement code))
            {
                exitCode = code.GetInt32();
            }
        }

        return exitCode;
    }

    private async Task WatchMemoryAsync()
    {
        Task end = Task.Delay(Timeout.Infinite, ended.Token);
        if (await Task.WhenAny(firstProcess.Task, end).ConfigureAwait(false) != end)
        {
            int first = await firstProcess.Task.ConfigureAwait(false);
            await MemoryWatchdog
                .WatchAsync(first, limits.TotalMemoryBytes, () => Stop(StopReason.Memory), ended.Token)
                .ConfigureAwait(false);
        }
    }

    private void Stop(StopReason why)
    {
        _ = Interlocked.CompareExchange(ref reason, (int)why, (int)StopReason.None);
        child?.Kill();
    }

    /// <summary>Shortens the program's path, which Python gives in full in a traceback, to its file name.</summary>
    private string HideFolder(string text) =>
        text.Replace($"{BubblewrapCommand.WorkFolder}/{language.FileName}", language.FileName, StringComparison.Ordinal);
}
