using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using ReflectionCoder.Sandbox.Processes;

namespace ReflectionCoder.Sandbox.Unisolated;

/// <summary>A child process that is killed, with its descendants, when it reaches a limit.</summary>
internal sealed class WatchedProcess : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OutputDelay = TimeSpan.FromSeconds(1);

    private readonly Process process;
    private readonly SandboxLimits limits;
    private int stopped = -1;

    /// <summary>Creates the process. <see cref="RunAsync"/> starts it.</summary>
    public WatchedProcess(ProcessStartInfo start, SandboxLimits limits)
    {
        process = new Process { StartInfo = start };
        this.limits = limits;
        Output = new OutputCollector(limits.OutputBytes, () => Stop(SandboxOutcome.OutputLimitExceeded));
        Error = new OutputCollector(limits.OutputBytes, () => Stop(SandboxOutcome.OutputLimitExceeded));
    }

    /// <summary>Which limit it reached; null if none.</summary>
    public SandboxOutcome? Stopped => stopped < 0 ? null : (SandboxOutcome)stopped;

    /// <summary>Its exit code.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>What it printed.</summary>
    public OutputCollector Output { get; }

    /// <summary>What it printed to standard error.</summary>
    public OutputCollector Error { get; }

    /// <summary>Wall-clock time from its start to its end.</summary>
    public TimeSpan WallTime { get; private set; }

    /// <summary>Runs the process to its end.</summary>
    /// <exception cref="Win32Exception">It can't be started.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled; the process is dead.</exception>
    public async Task RunAsync(string? standardInput, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long started = Stopwatch.GetTimestamp();
        WorkFolder.Start(process);
        using var ended = new CancellationTokenSource();
        await using (new WallTimer(limits.WallTime, () => Stop(SandboxOutcome.WallTimeExceeded)).ConfigureAwait(false))
        await using (cancellationToken.Register(Kill).ConfigureAwait(false))
        {
            Task watching = WatchAsync(ended.Token);
            Task streams = Task.WhenAll(
                Output.ReadAsync(process.StandardOutput.BaseStream, CancellationToken.None),
                Error.ReadAsync(process.StandardError.BaseStream, CancellationToken.None),
                FeedAsync(standardInput)
            );
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            WallTime = Stopwatch.GetElapsedTime(started);
            await ended.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);

            // A process that the program left behind may keep the pipes open, so they are waited for only a second.
            await Task.WhenAny(streams, Task.Delay(OutputDelay, CancellationToken.None)).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose() => process.Dispose();

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                process.Refresh();
                if (process.TotalProcessorTime > limits.CpuTime)
                {
                    Stop(SandboxOutcome.CpuTimeExceeded);
                }
                else if (process.WorkingSet64 > limits.MemoryBytes)
                {
                    Stop(SandboxOutcome.OutOfMemory);
                }
            }
            catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or NotSupportedException)
            {
                // It has just ended.
            }

            await Task.Delay(Period, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FeedAsync(string? standardInput)
    {
        try
        {
            Stream input = process.StandardInput.BaseStream;
            await using (input.ConfigureAwait(false))
            {
                await input.WriteAsync(Encoding.UTF8.GetBytes(standardInput ?? "")).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The program has ended, or closed its standard input.
        }
    }

    private void Stop(SandboxOutcome outcome)
    {
        _ = Interlocked.CompareExchange(ref stopped, (int)outcome, -1);
        Kill();
    }

    private void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // Already gone, or a descendant isn't ours to kill.
        }
    }
}
