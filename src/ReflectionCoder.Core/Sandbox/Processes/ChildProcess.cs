using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace ReflectionCoder.Sandbox.Processes;

/// <summary>
/// A child process in its own session, with only the given file descriptors and no environment variables. Dispose kills it and waits for
/// its end.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Lock gate = new();
    private readonly int processId;
    private bool reaped;

    private ChildProcess(int processId) => this.processId = processId;

    /// <summary>Starts a program.</summary>
    /// <param name="arguments">Full path of the program, then its arguments.</param>
    /// <param name="descriptors">Open file descriptors; they become 0, 1, 2, … in the child, which gets no others.</param>
    /// <exception cref="Win32Exception">The system can't start it; the message names the program.</exception>
    public static unsafe ChildProcess Start(IReadOnlyList<string> arguments, ReadOnlySpan<SafeHandle> descriptors)
    {
        byte* fileActions = stackalloc byte[NativeMethods.OpaqueSize];
        byte* attributes = stackalloc byte[NativeMethods.OpaqueSize];
        byte* signals = stackalloc byte[NativeMethods.OpaqueSize];
        byte** argumentVector = AllocateStrings(arguments);
        byte* noEnvironment = null;
        Check(NativeMethods.InitializeFileActions(fileActions), arguments[0]);
        Check(NativeMethods.InitializeAttributes(attributes), arguments[0]);
        try
        {
            for (int i = 0; i < descriptors.Length; i++)
            {
                Check(NativeMethods.AddDuplicate(fileActions, (int)descriptors[i].DangerousGetHandle(), i), arguments[0]);
            }

            Check(NativeMethods.AddCloseFrom(fileActions, descriptors.Length), arguments[0]);
            const short Flags = NativeMethods.SpawnNewSession | NativeMethods.SpawnSetSignalMask | NativeMethods.SpawnSetSignalDefaults;
            Check(NativeMethods.SetFlags(attributes, Flags), arguments[0]);
            _ = NativeMethods.EmptySignalSet(signals);
            Check(NativeMethods.SetSignalMask(attributes, signals), arguments[0]);
            _ = NativeMethods.FillSignalSet(signals); // .NET ignores SIGPIPE, and the child would inherit that
            Check(NativeMethods.SetSignalDefaults(attributes, signals), arguments[0]);

            int child;
            Check(NativeMethods.Spawn(&child, argumentVector[0], fileActions, attributes, argumentVector, &noEnvironment), arguments[0]);
            return new ChildProcess(child);
        }
        finally
        {
            _ = NativeMethods.DestroyAttributes(attributes);
            _ = NativeMethods.DestroyFileActions(fileActions);
            FreeStrings(argumentVector, arguments.Count);
        }
    }

    /// <summary>Kills the process group of the child's session. Does nothing if it is gone.</summary>
    public void Kill()
    {
        lock (gate)
        {
            if (!reaped)
            {
                _ = NativeMethods.Kill(-processId, NativeMethods.KillSignal);
                _ = NativeMethods.Kill(processId, NativeMethods.KillSignal);
            }
        }
    }

    /// <summary>Kills the child if it still runs, and waits until the kernel has ended it, so that no zombie process is left.</summary>
    public unsafe void Dispose()
    {
        lock (gate)
        {
            if (reaped)
            {
                return;
            }

            Kill();
            int status;
            int result;
            do
            {
                result = NativeMethods.WaitForProcess(processId, &status, 0);
            } while (result < 0 && Marshal.GetLastPInvokeError() == NativeMethods.InterruptedError);
            reaped = true;
        }
    }

    private static void Check(int error, string program)
    {
        if (error != 0)
        {
            throw new Win32Exception(error, $"{program} can't be started: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    private static unsafe byte** AllocateStrings(IReadOnlyList<string> strings)
    {
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Count; i++)
        {
            int length = Encoding.UTF8.GetByteCount(strings[i]);
            vector[i] = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
            _ = Encoding.UTF8.GetBytes(strings[i], new Span<byte>(vector[i], length));
        }

        return vector;
    }

    private static unsafe void FreeStrings(byte** vector, int count)
    {
        for (int i = 0; i < count; i++)
        {
            NativeMemory.Free(vector[i]);
        }

        NativeMemory.Free(vector);
    }
}
