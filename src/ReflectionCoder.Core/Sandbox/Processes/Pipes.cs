using System.IO.Pipes;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>Opens pipes whose other ends are for child processes.</summary>
internal static class Pipes
{
    private const uint ReadableAndWritable = 0x1B6; // 0666

    /// <summary>Opens a pipe to read from. Reading doesn't block a thread while it waits for data.</summary>
    /// <param name="writeEnd">The end for the child process.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The system has no more descriptors.</exception>
    public static AnonymousPipeClientStream OpenReader(out SafeFileHandle writeEnd)
    {
        (SafeFileHandle read, writeEnd) = FileDescriptors.CreatePipe();
        return Open(read, PipeDirection.In);
    }

    /// <summary>Opens a pipe to write to.</summary>
    /// <param name="readEnd">The end for the child process.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The system has no more descriptors.</exception>
    public static AnonymousPipeClientStream OpenWriter(out SafeFileHandle readEnd)
    {
        (readEnd, SafeFileHandle write) = FileDescriptors.CreatePipe();
        return Open(write, PipeDirection.Out);
    }

    /// <summary>Reads a stream to its end into a collector, and closes it. If it is cancelled, what has come is kept.</summary>
    public static async Task ReadAndCloseAsync(Stream stream, OutputCollector collector, CancellationToken cancellationToken)
    {
        await using ConfiguredAsyncDisposable scope = stream.ConfigureAwait(false);
        try
        {
            await collector.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Someone keeps the other end open.
        }
    }

    /// <summary>Writes bytes to a stream and closes it. Nothing happens if nobody reads them, or it is cancelled.</summary>
    public static async Task WriteAndCloseAsync(Stream stream, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using ConfiguredAsyncDisposable scope = stream.ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The program has ended, or closed its standard input.
        }
    }

    private static AnonymousPipeClientStream Open(SafeFileHandle end, PipeDirection direction)
    {
        // So that a program can open it again by name, as /dev/stdin, although it is another user than this one.
        _ = NativeMethods.ChangeMode((int)end.DangerousGetHandle(), ReadableAndWritable);
        var handle = new SafePipeHandle(end.DangerousGetHandle(), ownsHandle: true);
        end.SetHandleAsInvalid();
        return new AnonymousPipeClientStream(direction, handle);
    }
}
