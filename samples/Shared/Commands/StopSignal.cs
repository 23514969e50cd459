using System.Runtime.InteropServices;

namespace ReflectionCoder.Samples;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancellation; a second one ends the process.</summary>
/// <remarks>
/// Work may be synchronous and may take its time to stop. The parser's own handling (a ProcessTerminationTimeout of null switches it off)
/// begins only once a command awaits something, and ends the process two seconds later, whatever is still to be written or said.
/// </remarks>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;

    public StopSignal()
    {
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 130));
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143));
    }

    public CancellationToken Token => source.Token;

    /// <summary>128 + the signal's number, as shells have it.</summary>
    public int ExitCode { get; private set; } = 130;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (source.IsCancellationRequested)
        {
            return;
        }

        context.Cancel = true;
        ExitCode = exitCode;
        source.Cancel();
    }
}
