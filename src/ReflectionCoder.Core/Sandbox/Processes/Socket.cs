using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>One end of a connected pair of sockets, which can pass file descriptors. .NET's own sockets can't. Thread-safe.</summary>
internal sealed class Socket(SafeFileHandle handle) : IDisposable
{
    /// <summary>The receiver reads no more in one message.</summary>
    private const int MaxMessageBytes = 128 << 10;

    private readonly Lock gate = new();

    /// <summary>Sends a message with copies of file descriptors.</summary>
    /// <exception cref="Win32Exception">The other end is closed, or the system has no memory.</exception>
    /// <exception cref="ArgumentException">The message is too long.</exception>
    public unsafe void Send(ReadOnlySpan<byte> message, ReadOnlySpan<SafeHandle> descriptors)
    {
        if (message.Length > MaxMessageBytes)
        {
            throw new ArgumentException(
                $"A message of {message.Length} bytes is too long; {MaxMessageBytes} are allowed.",
                nameof(message)
            );
        }

        int headerLength = sizeof(NativeMethods.ControlHeader);
        int controlLength = headerLength + (descriptors.Length * sizeof(int));
        long* control = stackalloc long[(controlLength / sizeof(long)) + 1]; // aligned, and with room for the padding
        *(NativeMethods.ControlHeader*)control = new NativeMethods.ControlHeader
        {
            Length = (nuint)controlLength,
            Level = NativeMethods.SocketLevel,
            Type = NativeMethods.PassDescriptors,
        };
        int* numbers = (int*)((byte*)control + headerLength);
        for (int i = 0; i < descriptors.Length; i++)
        {
            numbers[i] = (int)descriptors[i].DangerousGetHandle();
        }

        fixed (byte* start = message)
        {
            var buffer = new NativeMethods.Buffer { Start = start, Length = (nuint)message.Length };
            var header = new NativeMethods.MessageHeader
            {
                Buffers = &buffer,
                BufferCount = 1,
                Control = descriptors.Length == 0 ? null : (byte*)control,
                ControlLength = descriptors.Length == 0 ? 0 : (nuint)controlLength,
            };
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(handle.IsClosed, this);
                int error;
                do
                {
                    nint sent = NativeMethods.SendMessage((int)handle.DangerousGetHandle(), &header, NativeMethods.SendWithoutSignal);
                    error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
                } while (error == NativeMethods.InterruptedError);
                if (error != 0)
                {
                    throw new Win32Exception(error);
                }
            }
        }
    }

    /// <summary>Closes the end. The other one then reads the end of the stream.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            handle.Dispose();
        }
    }
}
