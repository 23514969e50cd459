using System.Buffers;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Sandbox.Bubblewrap;

/// <summary>How a task ended.</summary>
/// <param name="Result">The program's result; null if the sandbox failed, so that nothing is known of the program.</param>
/// <param name="Error">Why the sandbox failed; empty if it didn't.</param>
internal sealed record TaskResult(SandboxResult? Result, string Error);

/// <summary>Hands one task to the server, writes its input, reads its output, and stops it at a limit.</summary>
internal sealed class TaskRun : IDisposable
{
    /// <summary>A task that is killed ends at once. If it doesn't, the whole server is killed.</summary>
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the pipes are read after the program's end. All processes are dead then, so that they end at once, unless the kernel is
    /// late to close what the program has sent away through sockets.
    /// </summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(5);

    private readonly SandboxServer server;
    private readonly TaskCommand command;
    private readonly OutputCollector output;
    private readonly OutputCollector error;
    private readonly TaskCompletionSource<long> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource drain = new();
    private int reason;

    private TaskRun(SandboxServer server, TaskCommand command)
    {
        (this.server, this.command) = (server, command);
        output = new OutputCollector(command.Limits.OutputBytes, () => Stop(StopReason.Output));
        error = new OutputCollector(command.Limits.OutputBytes, () => Stop(StopReason.Output));
    }

    /// <summary>Runs a task once.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled; the program is dead.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">
    /// The server is gone, or the system has no more descriptors or memory.
    /// </exception>
    public static async Task<TaskResult> ExecuteAsync(SandboxServer server, TaskCommand command, CancellationToken cancellationToken)
    {
        using var run = new TaskRun(server, command);
        return await run.ExecuteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => drain.Dispose();

    private async Task<TaskResult> ExecuteAsync(CancellationToken cancellationToken)
    {
        long memoryKills = SystemMemoryKills.Count();
        long startTime = Stopwatch.GetTimestamp();
        (Task[] streams, AnonymousPipeClientStream status) = Start();
        byte[] report;
        await using (new WallTimer(command.Limits.WallTime, () => Stop(StopReason.WallTime)).ConfigureAwait(false))
        await using (cancellationToken.Register(() => Stop(StopReason.Cancelled)).ConfigureAwait(false))
        {
            report = await ReadReportAsync(status).ConfigureAwait(false);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(startTime);
        ended.SetResult();
        drain.CancelAfter(DrainTime);
        await Task.WhenAll(streams).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        TaskReport told = TaskReport.TryParse(report) ?? new TaskReport();
        bool systemKilled = SystemMemoryKills.Count() != memoryKills;
        if (TaskClassifier.Classify((StopReason)Volatile.Read(ref reason), told, systemKilled) is not var (outcome, code))
        {
            return new TaskResult(null, told.Error ?? "the program's first process ended without a report");
        }

        return new TaskResult(
            new SandboxResult(
                outcome,
                code,
                HideFolder(output.GetText()),
                HideFolder(error.GetText()),
                output.IsCut || error.IsCut,
                elapsed
            )
            {
                CpuTime = TimeSpan.FromSeconds(told.Cpu),
                Message = told.Message,
            },
            ""
        );
    }

    private (Task[] Streams, AnonymousPipeClientStream Status) Start()
    {
        List<SafeHandle> ends = [];
        List<AnonymousPipeClientStream> pipes = [];
        try
        {
            AnonymousPipeClientStream? input = OpenInput(ends);
            if (input is not null)
            {
                pipes.Add(input);
            }

            for (int i = 0; i < 3; i++)
            {
                pipes.Add(Pipes.OpenReader(out SafeFileHandle end));
                ends.Add(end);
            }

            SafeHandle[] given = command.Kept is { } kept ? [.. ends, command.Files, kept] : [.. ends, command.Files];
            started.SetResult(server.Start(command.ToRequest, given));
            byte[] text = input is null ? [] : Encoding.UTF8.GetBytes(command.StandardInput!);
            Task[] streams =
            [
                input is null ? Task.CompletedTask : Pipes.WriteAndCloseAsync(input, text, drain.Token),
                Pipes.ReadAndCloseAsync(pipes[^3], output, drain.Token),
                Pipes.ReadAndCloseAsync(pipes[^2], error, drain.Token),
            ];
            return (streams, pipes[^1]);
        }
        catch
        {
            pipes.ForEach(pipe => pipe.Dispose());
            throw;
        }
        finally
        {
            ends.ForEach(end => end.Dispose());
        }
    }

    /// <summary>
    /// Opens the program's standard input as a pipe. A file could be opened again through /proc, by a process that the program starts,
    /// even after the program has read and closed it.
    /// </summary>
    private AnonymousPipeClientStream? OpenInput(List<SafeHandle> ends)
    {
        if (command.StandardInput is null)
        {
            ends.Add(FileDescriptors.OpenNull());
            return null;
        }

        AnonymousPipeClientStream input = Pipes.OpenWriter(out SafeFileHandle end);
        ends.Add(end);
        return input;
    }

    /// <summary>Reads the report, or to the pipe's end if the task was killed. Either way nothing of the task runs any more.</summary>
    private static async Task<byte[]> ReadReportAsync(AnonymousPipeClientStream status)
    {
        await using ConfiguredAsyncDisposable scope = status.ConfigureAwait(false);
        var report = new ArrayBufferWriter<byte>();
        int count;
        do
        {
            count = await status.ReadAsync(report.GetMemory()).ConfigureAwait(false);
            report.Advance(count);
        } while (count > 0 && !report.WrittenSpan.Contains((byte)'\n'));
        return report.WrittenSpan.ToArray();
    }

    private void Stop(StopReason why)
    {
        if (Interlocked.CompareExchange(ref reason, (int)why, (int)StopReason.None) == (int)StopReason.None)
        {
            _ = KillAsync();
        }
    }

    private async Task KillAsync()
    {
        server.Kill(await started.Task.ConfigureAwait(false));
        try
        {
            await ended.Task.WaitAsync(KillTime).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            server.Dispose();
        }
    }

    /// <summary>Shortens the program's path, which some languages give in full in a traceback, to its file name.</summary>
    private string HideFolder(string text) =>
        text.Replace(
            $"{BubblewrapCommand.WorkFolder}/{command.Language.SourceFile}",
            command.Language.SourceFile,
            StringComparison.Ordinal
        );
}
